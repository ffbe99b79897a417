"""Subscriptions, mailings, and runs of the weekly report."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from apps.reports.models import (
    ReportDelivery,
    ReportEdition,
    ReportMailing,
    ReportRecipient,
    ReportRun,
    ReportSubscription,
)
from tests.factories.accounts import StaffFactory

MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)


class ReportSubscriptionFactory(DjangoModelFactory):
    """A subscription without recipients; `ReportRecipientFactory` adds one."""

    class Meta:
        model = ReportSubscription

    report = "weekly"
    params = factory.LazyFunction(lambda: {"week": "last"})
    time_zone = "UTC"
    owner = factory.SubFactory(StaffFactory)


class ReportRecipientFactory(DjangoModelFactory):
    class Meta:
        model = ReportRecipient

    user = factory.SubFactory(StaffFactory)
    subscription = factory.SubFactory(
        ReportSubscriptionFactory, owner=factory.SelfAttribute("..user")
    )


class ReportRunFactory(DjangoModelFactory):
    """A download that succeeded; its file is not on the disk."""

    class Meta:
        model = ReportRun

    report = "weekly"
    period = "November 9 to 15, 2026"
    source = ReportRun.Source.PAGE
    state = ReportRun.State.SUCCEEDED
    row_count = 3


class ReportMailingFactory(DjangoModelFactory):
    class Meta:
        model = ReportMailing

    subscription = factory.SubFactory(ReportSubscriptionFactory)
    state = ReportMailing.State.DONE
    period = "November 9 to 15, 2026"
    due_at = factory.Sequence(lambda n: MONDAY + timedelta(days=7 * n))


class ReportEditionFactory(DjangoModelFactory):
    class Meta:
        model = ReportEdition

    mailing = factory.SubFactory(ReportMailingFactory)
    scope_key = factory.Sequence(lambda n: f"scope {n}")
    subject = "190 members"
    html = "<p>190 members</p>"
    text = "190 members"
    is_attached = False


class ReportDeliveryFactory(DjangoModelFactory):
    """A mail that was sent."""

    class Meta:
        model = ReportDelivery

    mailing = factory.SubFactory(ReportMailingFactory)
    edition = factory.SubFactory(ReportEditionFactory, mailing=factory.SelfAttribute("..mailing"))
    recipient = factory.SubFactory(
        ReportRecipientFactory, subscription=factory.SelfAttribute("..mailing.subscription")
    )
    email = factory.LazyAttribute(lambda delivery: delivery.recipient.address)
    state = ReportDelivery.State.SENT
