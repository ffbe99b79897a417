"""Who is on the list of a subscription, and when: people who come, leave, and are put back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.models import StaffOrganization
from apps.reports.mail_links import file_url, unsubscribe_url
from apps.reports.models import ReportDelivery, ReportEdition, ReportMailing, ReportSubscription
from apps.reports.services import (
    mailing_prepare,
    mailing_start,
    mailings_queue_due,
    recipients_add,
    recipients_remove,
    report_subscribe,
    subscription_create,
    subscription_update,
    subscriptions_resume,
    subscriptions_stop,
)
from apps.reports.services.subscriptions import default_values
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.reports.conftest import permit, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(settings: Any) -> Any:
    settings.REPORT_MAIL_DOMAINS = ["quarterdeck.example"]
    return permit(reader(), "share_report", "change_reportsubscription")


def subscribed(boss: User, *emails: str, report: str = "weekly", **values: Any) -> Any:
    chosen = {**default_values(report), **values}
    return subscription_create(recipients=" ".join(emails), actor=boss, **chosen)


def mailed(subscription: ReportSubscription, boss: User) -> ReportEdition | None:
    mailing = mailing_start(subscription=subscription, actor=boss)
    mailing_prepare(mailing_id=mailing.pk)
    ReportMailing.objects.update(state="done")
    return ReportEdition.objects.filter(mailing=mailing).first()


def on_list(subscription: ReportSubscription) -> set[str]:
    return {each.address for each in subscription.recipients.active()}


def test_people_taken_off_by_somebody_else_can_be_put_back(boss: Any) -> None:
    colleague = reader()
    made = subscribed(boss, boss.email, colleague.email)
    mailed(made, boss)
    theirs = made.recipients.filter(user=colleague)
    recipients_remove(subscription=made, recipients=theirs, actor=boss)

    assert on_list(made) == {boss.email}
    assert recipients_add(subscription=made, emails=colleague.email, actor=boss) == 1
    assert on_list(made) == {boss.email, colleague.email}
    assert not theirs.get().problem


def test_one_who_was_taken_off_and_unsubscribes_stays_off(client: Client, boss: Any) -> None:
    colleague = reader()
    made = subscribed(boss, boss.email, colleague.email)
    mailed(made, boss)
    recipients_remove(
        subscription=made, recipients=made.recipients.filter(user=colleague), actor=boss
    )
    client.post(unsubscribe_url(made.recipients.get(user=colleague)))

    with pytest.raises(DomainError, match="only they can subscribe again"):
        recipients_add(subscription=made, emails=colleague.email, actor=boss)


def test_subscribing_oneself_mails_nobody_else_again(boss: Any) -> None:
    made = subscribed(boss, reader().email, reader().email)
    all_of_them = ReportSubscription.objects.filter(pk=made.pk)
    subscriptions_stop(subscriptions=all_of_them, actor=boss)

    assert report_subscribe(report="weekly", actor=boss)

    made.refresh_from_db()
    assert not made.enabled
    assert boss.email not in on_list(made)
    assert on_list(ReportSubscription.objects.get(enabled=True)) == {boss.email}


def test_a_subscription_whose_one_time_is_over_is_not_resumed(boss: Any) -> None:
    made = subscribed(boss, boss.email)
    over = ReportSubscription.objects.filter(pk=made.pk)
    over.update(when="once on 2020-01-01 at 09:00", enabled=False, next_due_at=None)

    with pytest.raises(DomainError, match="is over"):
        subscriptions_resume(subscriptions=over, actor=boss)
    assert report_subscribe(report="weekly", actor=boss)
    assert ReportSubscription.objects.get(enabled=True).next_due_at is not None


@pytest.mark.parametrize("when", ["every 10 seconds", "every 59 seconds"])
def test_a_report_is_not_mailed_faster_than_anybody_looks(boss: Any, when: str) -> None:
    with pytest.raises(DomainError, match="once a minute at most"):
        subscribed(boss, boss.email, when=when)
    made = subscribed(boss, boss.email, when="every minute")
    with pytest.raises(DomainError, match="once a minute at most"):
        subscription_update(subscription=made, when=when, actor=boss)


def test_after_a_long_time_without_a_scheduler_the_newest_is_mailed(boss: Any) -> None:
    made = subscribed(boss, boss.email, when="every 15 minutes")
    long_ago = timezone.now() - timedelta(days=30)
    ReportSubscription.objects.update(decided_until=long_ago, next_due_at=long_ago)

    assert mailings_queue_due() == 1

    newest = ReportMailing.objects.get(state="preparing")
    assert timezone.now() - newest.due_at < timedelta(minutes=15)
    assert made.mailings.filter(state="missed").count() == 20


def test_numbers_of_other_parameters_are_not_compared(boss: Any) -> None:
    OrganizationFactory()
    made = subscribed(boss, boss.email, report="organizations-at-risk", params={"days": "30"})
    mailed(made, boss)
    assert "The same as in the mail of" in mailed(made, boss).text  # type: ignore[union-attr]
    subscription_update(subscription=made, params={"days": "7"}, actor=boss)

    other = mailed(made, boss)
    assert other is not None
    assert "mail of" not in other.text


def test_the_address_of_somebody_who_left_gets_nothing(boss: Any) -> None:
    left = reader()
    User.objects.filter(pk=left.pk).update(status="deactivated", is_active=False)
    with pytest.raises(DomainError, match="They can no longer sign in here: "):
        subscribed(boss, left.email)

    made = subscribed(boss, "later@quarterdeck.example")
    reader(email="later@quarterdeck.example", status="deactivated", is_active=False)
    assert mailed(made, boss) is None
    assert made.recipients.get().problem == "They can no longer sign in here."


def test_an_address_that_became_a_limited_colleague_gets_what_they_may_see(
    boss: Any, client: Client
) -> None:
    near, far = MembershipFactory(), MembershipFactory()
    made = subscribed(boss, "later@quarterdeck.example", params={"week": "this"})
    colleague = reader(email="later@quarterdeck.example", is_limited=True)
    StaffOrganization.objects.create(user=colleague, organization=near.organization)

    edition = mailed(made, boss)

    assert edition is not None
    assert near.organization.name in edition.text
    assert far.organization.name not in edition.text
    # Nor does a link need nothing but the address any more.
    link = client.get(file_url(ReportDelivery.objects.get()))
    assert (link.status_code, "login" in link.headers["Location"]) == (302, True)


def test_a_program_that_only_looks_at_a_link_changes_nothing(client: Client, boss: Any) -> None:
    made = subscribed(boss, boss.email)
    assert client.head(unsubscribe_url(made.recipients.get())).status_code == 200
    assert on_list(made) == {boss.email}
