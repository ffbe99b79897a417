"""Subscriptions and runs of reports."""

import factory
from factory.django import DjangoModelFactory

from apps.reports.models import ReportDelivery, ReportRun, ReportSubscription
from tests.factories.accounts import StaffFactory


class ReportSubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = ReportSubscription

    report = "weekly"
    user = factory.SubFactory(StaffFactory)


class ReportRunFactory(DjangoModelFactory):
    """A run that went well."""

    class Meta:
        model = ReportRun

    report = "weekly"
    period = "November 9 to 15, 2026"
    params = factory.LazyFunction(lambda: {"week": "2026-W46"})
    source = ReportRun.Source.PAGE
    state = ReportRun.State.SUCCEEDED
    row_count = 3


class ReportDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = ReportDelivery

    run = factory.SubFactory(ReportRunFactory, source=ReportRun.Source.MAIL)
    recipient = factory.SubFactory(StaffFactory)
    email = factory.LazyAttribute(lambda delivery: delivery.recipient.email)
