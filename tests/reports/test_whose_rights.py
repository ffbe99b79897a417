"""Whose rights decide what a recipient gets, and when they are asked for."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Disclosure, User
from apps.core.errors import DomainError
from apps.reports.mail_links import unsubscribe_url
from apps.reports.models import ReportDelivery, ReportRecipient, ReportSubscription
from apps.reports.registry import get_report
from apps.reports.services import (
    mailing_start,
    preparation,
    recipients_add,
    recipients_remove,
    report_subscribe,
    report_unsubscribe,
    subscription_update,
    subscriptions_stop,
)
from tests.factories.reports import ReportRecipientFactory, ReportSubscriptionFactory
from tests.forms import opened
from tests.reports.conftest import permit, reader
from tests.reports.test_lists import boss, mailed, on_list, subscribed
from tests.reports.test_subscription_params import page_of

__all__ = ["boss"]  # A fixture.

pytestmark = pytest.mark.django_db
OUTSIDE = "zoe@quarterdeck.example"


def test_a_manager_who_may_not_view_a_report_sees_it_in_no_preview(
    client: Client, boss: Any
) -> None:
    made = ReportSubscriptionFactory(
        report="access-review", params={}, owner=permit(reader(), "view_group")
    )
    ReportRecipientFactory(subscription=made, user=made.owner)
    client.force_login(permit(boss, "view_reportsubscription"))
    form = opened(client, page_of(made))

    assert client.post(page_of(made, "preview"), form).status_code == 403
    permit(boss, "view_group")
    assert client.post(page_of(made, "preview"), form).status_code == 200


@pytest.mark.parametrize("lacks", ["view_group", "export_personal_data"])
def test_nobody_sends_an_address_more_than_they_may_see_themselves(boss: Any, lacks: str) -> None:
    all_of_it = ["view_group", "view_personal_data", "export_personal_data"]
    owner = permit(reader(), "share_report", *all_of_it)
    made = subscribed(owner, owner.email, report="access-review", params={})
    manager = permit(boss, *(name for name in all_of_it if name != lacks))

    with pytest.raises(DomainError, match=r"would get what .* may see"):
        recipients_add(subscription=made, emails=OUTSIDE, actor=manager)
    assert on_list(made) == {owner.email}
    # A colleague gets what they may see themselves.
    assert recipients_add(subscription=made, emails=reader().email, actor=manager) == 1
    assert recipients_add(subscription=made, emails=OUTSIDE, actor=permit(manager, lacks)) == 1


def test_an_address_gets_nothing_once_the_owner_may_mail_to_nobody_else(boss: Any) -> None:
    made = subscribed(boss, boss.email, OUTSIDE)
    edition = mailed(made, boss)
    assert edition is not None
    boss.user_permissions.remove(*boss.user_permissions.filter(codename="share_report"))

    mailed(made, boss)

    assert "may no longer mail reports to others" in made.recipients.get(email=OUTSIDE).problem
    assert ReportDelivery.objects.filter(email=OUTSIDE).count() == 1


def test_somebody_on_a_list_by_address_and_by_account_gets_one_mail(boss: Any) -> None:
    colleague = reader()
    made = subscribed(boss, colleague.email, OUTSIDE)
    User.objects.filter(pk=colleague.pk).update(email=OUTSIDE)

    mailed(made, boss)

    assert list(ReportDelivery.objects.values_list("recipient__user", flat=True)) == [colleague.pk]


def test_somebody_who_unsubscribed_gets_no_mail_to_their_new_address(boss: Any) -> None:
    colleague = reader()
    made = subscribed(boss, colleague.email, OUTSIDE)
    report_unsubscribe(report="weekly", actor=colleague)
    User.objects.filter(pk=colleague.pk).update(email=OUTSIDE)
    assert mailed(made, boss) is None


def test_an_address_that_was_a_colleagues_stays_theirs(boss: Any) -> None:
    made = subscribed(boss, OUTSIDE)
    colleague = reader(email=OUTSIDE, is_limited=True)
    mailed(made, boss)
    User.objects.filter(pk=colleague.pk).update(email="moved@quarterdeck.example")

    mailed(made, boss)

    last = ReportDelivery.objects.latest("pk")
    assert (last.email, last.recipient.user) == ("moved@quarterdeck.example", colleague)
    assert not last.edition.scope_key.startswith("address")


def test_a_colleague_who_is_on_a_list_as_an_address_can_unsubscribe(boss: Any) -> None:
    made = subscribed(boss, OUTSIDE)
    colleague = reader(email=OUTSIDE)

    assert not report_subscribe(report="weekly", actor=colleague)
    assert report_unsubscribe(report="weekly", actor=colleague)
    assert on_list(made) == set()


def test_a_subscription_that_is_over_mails_nobody(boss: Any) -> None:
    made = subscribed(boss, boss.email)
    over = {"when": "once on 2020-01-01 at 09:00", "next_due_at": None}
    ReportSubscription.objects.filter(pk=made.pk).update(**over)
    assert report_subscribe(report="weekly", actor=boss)
    assert ReportSubscription.objects.count() == 2


def test_one_who_was_taken_off_while_it_was_prepared_can_be_put_back(boss: Any) -> None:
    colleague = reader()
    made = subscribed(boss, boss.email, colleague.email)
    mailed(made, boss)
    plan = preparation._plan(get_report("weekly"), made)
    theirs = made.recipients.filter(user=colleague)
    recipients_remove(subscription=made, recipients=theirs, actor=boss)
    preparation._note_problems(plan)

    assert on_list(made) == {boss.email}
    assert recipients_add(subscription=made, emails=colleague.email, actor=boss) == 1


def test_one_who_unsubscribed_is_not_forgotten_by_being_taken_off(boss: Any) -> None:
    colleague = reader()
    made = subscribed(boss, boss.email, colleague.email)
    report_unsubscribe(report="weekly", actor=colleague)

    theirs = made.recipients.filter(user=colleague)
    assert recipients_remove(subscription=made, recipients=theirs, actor=boss) == 0
    with pytest.raises(DomainError, match="only they can subscribe again"):
        recipients_add(subscription=made, emails=colleague.email, actor=boss)


def test_the_log_says_who_was_mailed_personal_data(boss: Any) -> None:
    owner = permit(reader(), "view_group", "view_personal_data", "export_personal_data")
    masked = permit(reader(), "view_group")
    made = subscribed(owner, owner.email, report="access-review", params={})
    ReportRecipient.objects.create(subscription=made, user=masked)

    mailed(made, owner)

    assert ReportDelivery.objects.count() == 2
    entry = Disclosure.objects.get()
    assert (entry.user, entry.page) == (owner, "report access-review")
    assert entry.people > 0


def test_a_mail_names_the_day_of_the_one_before_in_the_time_zone_of_its_list(boss: Any) -> None:
    made = subscribed(boss, boss.email, time_zone="Pacific/Kiritimati", params={"week": "this"})
    first = mailed(made, boss)
    assert first is not None
    due = timezone.localtime(first.mailing.due_at, ZoneInfo("Pacific/Kiritimati"))
    # Noon in UTC is the next day there.
    first.mailing.due_at = due.replace(hour=2)
    first.mailing.save(update_fields=["due_at"])

    second = mailed(made, boss)
    assert second is not None
    assert f"the mail of {due:%B} {due.day}" in second.text


def test_the_link_of_an_earlier_place_on_the_list_ends_the_present_one(
    client: Client, boss: Any
) -> None:
    colleague = reader()
    made = subscribed(boss, boss.email, colleague.email, OUTSIDE)
    earlier = unsubscribe_url(made.recipients.get(email=OUTSIDE))
    User.objects.filter(pk=colleague.pk).update(email=OUTSIDE)
    mailed(made, boss)

    assert client.post(earlier).status_code == 200

    assert on_list(made) == {boss.email}


def test_a_limited_manager_changes_nobody_elses_subscription(boss: Any) -> None:
    limited = permit(reader(is_limited=True), "change_reportsubscription")
    made = subscribed(boss, boss.email, limited.email)
    all_of_them = ReportSubscription.objects.filter(pk=made.pk)
    for change in (
        lambda: subscriptions_stop(subscriptions=all_of_them, actor=limited),
        lambda: subscription_update(subscription=made, when="daily at 09:00", actor=limited),
        lambda: mailing_start(subscription=made, actor=limited),
        lambda: recipients_remove(
            subscription=made, recipients=made.recipients.all(), actor=limited
        ),
    ):
        with pytest.raises(DomainError, match="people of every organization"):
            change()

    own = subscribed(limited, limited.email)
    assert subscriptions_stop(
        subscriptions=ReportSubscription.objects.filter(pk=own.pk), actor=limited
    )
