"""What changes between a due time and the sending of its mails: people, addresses, lists, and reports."""

from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.reports.mail_links import unsubscribe_url
from apps.reports.models import (
    ReportDelivery,
    ReportMailing,
    ReportRecipient,
    ReportSubscription,
)
from apps.reports.registry import REPORTS
from apps.reports.services import (
    mailing_prepare,
    mailing_start,
    mailings_queue_due,
    recipient_unsubscribe,
    recipients_add,
    recipients_remove,
    report_mails_resume,
    report_unsubscribe,
    subscription_update,
    subscriptions_stop,
)
from apps.reports.tasks import send_report_mails
from tests.at_once import at_once, while_uncommitted
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.reports import ReportRecipientFactory, ReportSubscriptionFactory
from tests.mail_server import Server, server
from tests.reports.conftest import Mailbox, permit, reader
from tests.reports.test_mails import listed, mail

__all__ = ["server"]  # A fixture.

pytestmark = pytest.mark.django_db
State = ReportDelivery.State


def prepared(subscription: ReportSubscription) -> ReportMailing:
    mailing = mailing_start(subscription=subscription, actor=None)
    mailing_prepare(mailing_id=mailing.pk)
    assert ReportDelivery.objects.filter(mailing=mailing).exists()
    return mailing


def addresses(mailbox: Mailbox) -> list[str]:
    return sorted(to for people, _ in mailbox.mails for to in people)


def link_of(recipient: ReportRecipient) -> str:
    return urlsplit(unsubscribe_url(recipient)).path


def deactivated(person: User) -> None:
    User.objects.filter(pk=person.pk).update(status=User.Status.DEACTIVATED)


def not_staff(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_staff=False)


def limited(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_limited=True)


def without_permission(person: User) -> None:
    person.user_permissions.clear()


def unsubscribed(person: User) -> None:
    report_unsubscribe(report="weekly", actor=person)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (deactivated, "can no longer sign in"),
        (not_staff, "can no longer sign in"),
        (limited, "access changed"),
        (without_permission, "may no longer view this report"),
        (unsubscribed, "unsubscribed before it was sent"),
    ],
)
def test_one_who_may_not_get_it_any_more_gets_nothing_and_the_others_do(
    mailbox: Mailbox, change: Any, said: str
) -> None:
    changed, other = reader(), reader()
    mailing = prepared(listed(changed, other))
    change(changed)
    send_report_mails()

    assert addresses(mailbox) == [other.email]
    withheld = ReportDelivery.objects.get(recipient__user=changed)
    assert withheld.state == State.REFUSED
    assert said in withheld.error
    # Nobody has to decide about it.
    assert not ReportDelivery.objects.undecided().exists()
    mailing.refresh_from_db()
    assert mailing.state == "done"


def test_a_changed_address_gets_the_mail_and_the_old_one_nothing(mailbox: Mailbox) -> None:
    person = reader(email="old@quarterdeck.example")
    prepared(listed(person))
    User.objects.filter(pk=person.pk).update(email="new@quarterdeck.example")
    send_report_mails()
    assert addresses(mailbox) == ["new@quarterdeck.example"]
    assert ReportDelivery.objects.get().email == "new@quarterdeck.example"


@pytest.mark.django_db(transaction=True)
def test_one_who_unsubscribes_while_the_mails_are_sent_gets_nothing(
    server: Server, client: Client
) -> None:
    prepared(listed(reader(), reader(), reader()))
    *others, last = ReportDelivery.objects.select_related("recipient").order_by("pk")

    def send() -> None:
        try:
            report_mails_resume()
        finally:
            connection.close()

    # The server holds still over the mail of the first.
    server.hold = ("answer", 1)
    sending = Thread(target=send)
    sending.start()
    assert server.reached.wait(30)
    assert client.post(link_of(last.recipient)).status_code == 200
    server.go.set()
    sending.join(60)
    assert sorted(server.taken) == sorted(other.email for other in others)


def test_a_report_that_is_gone_fails_its_mailing_with_a_sentence_and_stops_no_other(
    mailbox: Mailbox, client: Client
) -> None:
    person = reader()
    gone, kept = listed(person, report="removed"), listed(person)
    assert mail(kept).state == "done"
    failed = mail(gone)
    assert failed.state == "failed"
    assert "Unknown report “removed”" in failed.error
    assert len(mailbox.mails) == 1

    client.force_login(SuperuserFactory())
    assert (
        "1 report mailing failed in the last seven days" in client.get(reverse("admin:index")).text
    )
    for name, key in (("reportsubscription", gone.pk), ("reportmailing", failed.pk)):
        assert client.get(reverse(f"admin:reports_{name}_change", args=[key])).status_code == 200
        assert client.get(reverse(f"admin:reports_{name}_changelist")).status_code == 200
    recipient = ReportRecipient.objects.get(subscription=gone)
    assert client.post(link_of(recipient)).status_code == 200
    recipient.refresh_from_db()
    assert recipient.unsubscribed_at is not None


def test_a_report_that_goes_between_making_and_sending_is_withheld(mailbox: Mailbox) -> None:
    person = reader()
    prepared(listed(person))
    with REPORTS.changed(without=["weekly"]):
        send_report_mails()
    assert mailbox.mails == []
    assert "Unknown report “weekly”" in ReportDelivery.objects.get().error


ODD = ["o'brien+news@partner.example", "a.very_long-name.with%percent@partner.example", "x@bücher.example"]  # fmt: skip


def test_addresses_with_odd_characters_are_mailed(mailbox: Mailbox, settings: Any) -> None:
    settings.REPORT_MAIL_DOMAINS = ["partner.example", "bücher.example"]
    owner = permit(reader(), "share_report")
    subscription = listed(owner)
    assert recipients_add(subscription=subscription, emails="; ".join(ODD), actor=owner) == 3
    mail(subscription)
    expected = [owner.email, *ODD[:2], "x@xn--bcher-kva.example"]
    assert addresses(mailbox) == sorted(expected)


@pytest.mark.parametrize(
    "address",
    [
        'a"b@partner.example',
        "a@b@partner.example",
        "<a@partner.example>",
        "jürgen@partner.example",
        "a\rb@partner.example",
        "a@partner.example.",
        "@partner.example",
        "a@evil.example",
        "a@sub.partner.example",
        "a@partner.example@evil.example",
    ],
)
def test_an_address_that_is_none_is_refused_with_a_sentence(settings: Any, address: str) -> None:
    settings.REPORT_MAIL_DOMAINS = ["partner.example"]
    owner = permit(reader(), "share_report")
    with pytest.raises(DomainError):
        recipients_add(subscription=listed(owner), emails=address, actor=owner)


@pytest.mark.parametrize(
    "email", ["jürgen@partner.example", "a\nBcc: b@evil.example", "no address"]
)
def test_an_address_that_came_past_the_form_stops_nobody(mailbox: Mailbox, email: str) -> None:
    bad, good = reader(), reader()
    mailing = prepared(listed(bad, good))
    User.objects.filter(pk=bad.pk).update(email=email)
    send_report_mails()
    report_mails_resume()
    assert good.email in addresses(mailbox)
    assert not any("evil" in to for to in addresses(mailbox))
    assert ReportDelivery.objects.get(recipient__user=good).state == State.SENT
    assert ReportDelivery.objects.get(recipient__user=bad).state in (State.REFUSED, State.SENT)
    mailing.refresh_from_db()
    assert mailing.state == "done"


def test_only_when_it_changed_is_told_of_each_persons_own_last_mail(mailbox: Mailbox) -> None:
    everything, narrowed = reader(), reader()
    MembershipFactory(organization=OrganizationFactory())
    other = reader(is_limited=True)
    subscription = listed(
        everything, narrowed, other, skips_unchanged=True, params={"week": "this"}
    )
    mail(subscription)
    assert len(mailbox.mails) == 3
    mailbox.mails.clear()
    # Nothing changed, but one person's scope: the mail that others got of it said them nothing.
    limited(narrowed)
    mailing = mail(subscription)
    assert addresses(mailbox) == [narrowed.email]
    assert mailing.state == "done"
    mailbox.mails.clear()
    assert mail(subscription).reason == "Nothing had changed since the last mail."
    assert mailbox.mails == []


def test_only_when_it_changed_mails_somebody_new_the_first_time(mailbox: Mailbox) -> None:
    subscription = listed(reader(), skips_unchanged=True, params={"week": "this"})
    mail(subscription)
    newcomer = reader()
    ReportRecipientFactory(subscription=subscription, user=newcomer)
    mailbox.mails.clear()
    mail(subscription)
    mail(subscription)
    assert addresses(mailbox) == [newcomer.email]


def test_only_when_it_changed_counts_no_mail_that_was_refused(mailbox: Mailbox) -> None:
    person = reader(email="refused@example.org")
    subscription = listed(person, skips_unchanged=True, params={"week": "this"})
    mail(subscription)
    assert ReportDelivery.objects.get().state == State.REFUSED
    User.objects.filter(pk=person.pk).update(email="mended@example.org")
    mail(subscription)
    assert addresses(mailbox) == ["mended@example.org"]


def test_a_stopped_subscription_is_not_mailed_by_hand_and_shows_no_next_mail(
    mailbox: Mailbox,
) -> None:
    owner = reader()
    subscription = listed(owner)
    subscriptions_stop(subscriptions=ReportSubscription.objects.all(), actor=owner)
    with pytest.raises(DomainError, match="Resume it first"):
        mailing_start(subscription=subscription, actor=owner)
    changed = subscription_update(subscription=subscription, when="daily at 08:00", actor=owner)
    assert changed.next_due_at is None
    assert not ReportMailing.objects.exists()


def test_an_address_that_became_a_colleague_is_on_the_list_once(
    mailbox: Mailbox, settings: Any
) -> None:
    settings.REPORT_MAIL_DOMAINS = ["partner.example"]
    owner = permit(reader(), "share_report")
    subscription = ReportSubscriptionFactory(owner=owner, params={"week": "this"})
    assert recipients_add(subscription=subscription, emails="zoe@partner.example", actor=owner) == 1
    zoe = reader(email="zoe@partner.example")
    assert recipients_add(subscription=subscription, emails="Zoe@Partner.example", actor=owner) == 0
    mail(subscription)
    assert addresses(mailbox) == [zoe.email]
    assert ReportRecipient.objects.get().user == zoe


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_and_two_senders_mail_nobody_twice(mailbox: Mailbox) -> None:
    people = [reader() for _ in range(8)]
    subscription = listed(*people)
    ReportSubscription.objects.update(
        next_due_at=timezone.now(), decided_until=timezone.now() - timedelta(days=7)
    )
    assert at_once([mailings_queue_due] * 4) == ["done"] * 4
    (mailing,) = ReportMailing.objects.filter(subscription=subscription)
    assert at_once([lambda: mailing_prepare(mailing_id=mailing.pk)] * 4) == ["done"] * 4
    assert at_once([report_mails_resume] * 4) == ["done"] * 4
    report_mails_resume()
    assert addresses(mailbox) == sorted(person.email for person in people)
    mailing.refresh_from_db()
    assert mailing.state == "done"


@pytest.mark.django_db(transaction=True)
def test_somebody_taken_off_the_list_while_it_is_prepared_costs_nobody_a_mail(
    mailbox: Mailbox,
) -> None:
    owner, gone = reader(), reader()
    subscription = listed(owner, gone)
    mailing = mailing_start(subscription=subscription, actor=None)
    chosen = ReportRecipient.objects.filter(user=gone)

    while_uncommitted(
        lambda: recipients_remove(subscription=subscription, recipients=chosen, actor=owner),
        lambda: mailing_prepare(mailing_id=mailing.pk),
    )
    send_report_mails()
    assert addresses(mailbox) == [owner.email]
    mailing.refresh_from_db()
    assert (mailing.state, mailing.error) == ("done", "")


@pytest.mark.django_db(transaction=True)
def test_taking_somebody_off_the_list_waits_for_their_mails_to_be_written(
    mailbox: Mailbox,
) -> None:
    owner, gone = reader(), reader()
    subscription = listed(owner, gone)
    mailing = mailing_start(subscription=subscription, actor=None)
    chosen = ReportRecipient.objects.filter(user=gone)

    _, removed = while_uncommitted(
        lambda: mailing_prepare(mailing_id=mailing.pk),
        lambda: recipients_remove(subscription=subscription, recipients=chosen, actor=owner),
    )
    assert removed == 1
    send_report_mails()
    assert addresses(mailbox) == [owner.email]


@pytest.mark.django_db(transaction=True)
def test_an_unsubscription_while_it_is_prepared_is_heard(mailbox: Mailbox) -> None:
    stays, gone = reader(), reader()
    subscription = listed(stays, gone)
    mailing = mailing_start(subscription=subscription, actor=None)
    recipient = ReportRecipient.objects.get(user=gone)
    while_uncommitted(
        lambda: recipient_unsubscribe(recipient=recipient),
        lambda: mailing_prepare(mailing_id=mailing.pk),
    )
    send_report_mails()
    assert addresses(mailbox) == [stays.email]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_edit_one_subscription_at_once_keep_both_changes() -> None:
    owner = reader()
    other = permit(StaffFactory(), "change_reportsubscription", "subscribe_report", "view_report")
    subscription = listed(owner)
    while_uncommitted(
        lambda: subscription_update(subscription=subscription, format="pdf", actor=owner),
        lambda: subscription_update(
            subscription=subscription, when="Fridays at 16:00", skips_empty=True, actor=other
        ),
    )
    subscription.refresh_from_db()
    assert (subscription.format, subscription.when) == ("pdf", "Fridays at 16:00")
    assert subscription.skips_empty
