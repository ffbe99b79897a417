"""A report's mail, from the due time to a real mail server on the loopback."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.flags.models import Switch
from apps.flags.services import flags_ensure
from apps.reports.models import (
    ReportDelivery,
    ReportEdition,
    ReportMailing,
    ReportRecipient,
    ReportSubscription,
)
from apps.reports.services import mailing_prepare, mailings_queue_due, report_unsubscribe
from apps.reports.services.deliveries import report_mail_send_again
from apps.reports.tasks import mail_due_reports, resume_report_mails, send_report_mails
from tests.factories.accounts import StaffFactory, SuperuserFactory, permission
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.reports import ReportRecipientFactory, ReportSubscriptionFactory
from tests.reports.conftest import Mailbox, permit, reader

pytestmark = pytest.mark.django_db


def listed(*people: Any, **fields: Any) -> ReportSubscription:
    """Return a subscription with these people on its list."""
    subscription = ReportSubscriptionFactory(owner=fields.pop("owner", people[0]), **fields)
    for person in people:
        ReportRecipientFactory(subscription=subscription, user=person)
    return subscription


def mail(subscription: ReportSubscription) -> ReportMailing:
    """Let a due time come, and do what the workers do; return the mailing."""
    now = timezone.now()
    ReportSubscription.objects.filter(pk=subscription.pk).update(
        decided_until=now - timedelta(days=7), next_due_at=now
    )
    for earlier in ReportMailing.objects.order_by("due_at"):
        # The oldest first: in one statement, one could come to where the next one still is.
        earlier.due_at -= timedelta(days=14)
        earlier.save(update_fields=["due_at"])
    mail_due_reports()
    mailing = ReportMailing.objects.filter(subscription=subscription).latest("pk")
    mailing_prepare(mailing_id=mailing.pk)
    send_report_mails()
    mailing.refresh_from_db()
    return mailing


def test_each_recipient_gets_one_mail_with_text_page_picture_and_file(mailbox: Mailbox) -> None:
    MembershipFactory(organization=OrganizationFactory(name="=Deck & Co"))
    people = [reader(), reader()]

    mailing = mail(listed(*people, params={"week": "this"}))

    assert (mailing.state, mailing.reason) == ("done", "")
    assert sorted(to for to, _ in mailbox.mails) == sorted([person.email] for person in people)
    message: Any = mailbox.mails[0][1]
    page, text = message.get_body(["html"]), message.get_body(["plain"]).get_content()
    assert "=Deck &amp; Co" in page.get_content()
    assert "<script" not in page.get_content()
    assert "=Deck & Co" in text
    assert "View the report: http" in text
    # The main number stands at the head, and is not said again among the others.
    assert (text.count("\nMembers: "), text.count("\nNew members: ")) == (1, 1)
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<chart>"
    assert 'src="cid:chart"' in page.get_content()
    (file,) = [part for part in message.walk() if part.get_filename("").endswith(".csv")]
    assert "'=Deck & Co" in file.get_content()


def test_on_a_phone_texts_stand_below_each_other_and_numbers_beside_each_other(
    mailbox: Mailbox,
) -> None:
    MembershipFactory.create_batch(2)
    person = reader()
    for report, has_texts in (("weekly", False), ("data-quality", True)):
        mail(listed(person, report=report, params={"week": "this"} if report == "weekly" else {}))
        page = mailbox.mails[-1][1].get_body(["html"])
        assert page is not None
        assert ('class="rows texts"' in page.get_content()) is has_texts, report


def test_the_subject_begins_with_the_main_number_and_names_the_week(mailbox: Mailbox) -> None:
    MembershipFactory.create_batch(2)
    mailing = mail(listed(reader(), params={"week": "this"}))
    subject = mailbox.mails[0][1]["Subject"]
    assert re.match(r"\d+ \w+ \([+-]?\d+\): ", subject)
    assert mailing.period in subject


def test_a_mailing_is_made_once_for_each_distinct_scope(
    mailbox: Mailbox, django_assert_max_num_queries: Any
) -> None:
    everything = [reader() for _ in range(3)]
    limited = reader(is_limited=True)

    mail(listed(*everything, limited))

    assert len(mailbox.mails) == 4
    assert ReportEdition.objects.count() == 2


def test_a_limited_reader_gets_only_what_they_may_see(mailbox: Mailbox) -> None:
    MembershipFactory(organization=OrganizationFactory(name="Faraway"))
    mail(listed(reader(is_limited=True), owner=reader(), params={"week": "this"}))
    ((_, message),) = mailbox.mails
    assert "Faraway" not in message.as_string()


def test_a_due_time_is_mailed_once_however_often_it_is_asked_for(mailbox: Mailbox) -> None:
    subscription = listed(reader())
    mailing = mail(subscription)
    assert mailings_queue_due() == 0
    mailing_prepare(mailing_id=mailing.pk)
    send_report_mails()
    send_report_mails()
    assert len(mailbox.mails) == 1


def test_each_due_time_is_mailed_also_of_the_same_period(mailbox: Mailbox) -> None:
    subscription = listed(reader())
    mail(subscription)
    mail(subscription)
    assert len(mailbox.mails) == 2
    assert "The same as in the mail of" in mailbox.mails[1][1].as_string()


def test_of_due_times_that_nobody_was_there_for_the_newest_is_mailed(mailbox: Mailbox) -> None:
    subscription = listed(reader(), when="daily at 07:00")
    now = timezone.now()
    ReportSubscription.objects.filter(pk=subscription.pk).update(
        decided_until=now - timedelta(days=3), next_due_at=now - timedelta(days=2)
    )
    assert mail_due_reports() == "1 subscription due."
    states = list(ReportMailing.objects.order_by("due_at").values_list("state", flat=True))
    assert states == ["missed", "missed", "preparing"]
    subscription.refresh_from_db()
    assert subscription.next_due_at is not None
    assert subscription.next_due_at > now


def test_nothing_is_mailed_where_there_is_nothing_or_nothing_changed(mailbox: Mailbox) -> None:
    person = reader()
    empty = mail(listed(person, skips_empty=True))
    assert (empty.state, empty.reason) == ("skipped", "There was nothing to report.")

    changing = listed(person, skips_unchanged=True, params={"week": "this"})
    MembershipFactory()
    assert mail(changing).state == "done"
    assert mail(changing).reason == "Nothing had changed since the last mail."
    MembershipFactory()
    assert mail(changing).state == "done"
    assert len(mailbox.mails) == 2


@pytest.mark.parametrize("code", ["reports.view_report", "reports.subscribe_report"])
def test_a_recipient_who_lost_the_permission_gets_nothing_and_the_list_says_so(
    mailbox: Mailbox, code: str
) -> None:
    kept, lost = reader(), reader()
    subscription = listed(kept, lost)
    lost.user_permissions.remove(permission(code))

    mail(subscription)

    assert [to for to, _ in mailbox.mails] == [[kept.email]]
    assert code in ReportRecipient.objects.get(user=lost).problem

    lost.user_permissions.add(permission(code))
    mail(subscription)
    assert ReportRecipient.objects.get(user=lost).problem == ""
    assert len(mailbox.mails) == 3


def test_only_active_staff_who_are_on_the_list_get_it(mailbox: Mailbox) -> None:
    gone = reader()
    subscription = listed(
        reader(status="deactivated"), reader(is_staff=False), StaffFactory(), gone
    )
    report_unsubscribe(report="weekly", actor=gone)
    mailing = mail(subscription)
    assert (mailing.state, mailing.reason) == ("skipped", "Nobody on the list may get it.")
    assert mailbox.mails == []


def test_a_change_of_access_between_making_and_sending_withholds_the_mail(
    mailbox: Mailbox,
) -> None:
    person = reader()
    subscription = listed(person)
    mailings_queue_due()
    ReportSubscription.objects.update(
        next_due_at=timezone.now(), decided_until=timezone.now() - timedelta(days=7)
    )
    mailings_queue_due()
    mailing = ReportMailing.objects.get(subscription=subscription)
    mailing_prepare(mailing_id=mailing.pk)
    person.is_limited = True
    person.save()

    send_report_mails()

    assert mailbox.mails == []
    delivery = ReportDelivery.objects.get()
    assert (delivery.state, delivery.decided_at is None) == ("refused", False)
    assert "access changed" in delivery.error


def test_an_address_of_an_allowed_domain_gets_what_the_owner_may_see(
    mailbox: Mailbox, settings: Any
) -> None:
    settings.REPORT_MAIL_DOMAINS = ["partner.example"]
    MembershipFactory(organization=OrganizationFactory(name="Faraway"))
    owner = permit(reader(), "share_report")
    subscription = ReportSubscriptionFactory(owner=owner, params={"week": "this"})
    ReportRecipient.objects.create(subscription=subscription, email="zoe@partner.example")

    mail(subscription)
    ((to, message),) = mailbox.mails
    assert to == ["zoe@partner.example"]
    assert "Faraway" in message.as_string()
    assert "/admin/" not in message.get_body(["plain"]).get_content()

    settings.REPORT_MAIL_DOMAINS = []
    mail(subscription)
    assert len(mailbox.mails) == 1
    assert "REPORT_MAIL_DOMAINS" in ReportRecipient.objects.get().problem


def test_an_address_that_fails_does_not_stop_the_others(mailbox: Mailbox) -> None:
    bad, good = reader(email="refused@example.org"), reader(email="taken@example.org")
    mailing = mail(listed(bad, good))

    assert [to for to, _ in mailbox.mails] == [[good.email]]
    delivery = ReportDelivery.objects.get(recipient__user=bad)
    assert delivery.state == ReportDelivery.State.REFUSED
    assert delivery.error == "The mail server answered: 550 No such mailbox"
    assert mailing.state == "done"


def test_the_switch_holds_the_mails_back_until_it_is_on_again(mailbox: Mailbox) -> None:
    flags_ensure()
    Switch.objects.filter(name="report-mails").update(active=False)
    mailing = mail(listed(reader()))
    assert "Report e-mails are switched off" in resume_report_mails()
    assert (mailing.state, mailbox.mails) == ("sending", [])

    Switch.objects.filter(name="report-mails").update(active=True)
    assert resume_report_mails() == "A mail worker sends 1 e-mail."
    send_report_mails()
    assert len(mailbox.mails) == 1
    assert resume_report_mails() == "No mail was waiting."


def test_what_the_switch_held_back_for_days_waits_for_a_person_and_can_be_sent(
    mailbox: Mailbox,
) -> None:
    flags_ensure()
    Switch.objects.filter(name="report-mails").update(active=False)
    old, new = mail(listed(reader())), mail(listed(reader()))
    # The database's clock decides about it, so the mail is made older instead.
    days_ago = timezone.now() - timedelta(days=3)
    ReportDelivery.objects.filter(mailing=old).update(queued_at=days_ago)
    assert "Report e-mails are switched off" in resume_report_mails()

    Switch.objects.filter(name="report-mails").update(active=True)
    resume_report_mails()
    send_report_mails()

    # Two days are the most that a number in a mail may be old: a person decides about the old one.
    held = ReportDelivery.objects.get(mailing=old)
    sent = ReportDelivery.objects.get(mailing=new)
    assert sent.state == ReportDelivery.State.SENT
    assert held.state == ReportDelivery.State.REFUSED
    assert held.error.startswith("It couldn't be sent for two days.")
    root = SuperuserFactory()
    client = Client()
    client.force_login(root)
    listing = reverse("admin:reports_reportdelivery_changelist")
    assert "couldn&#x27;t be sent for two days" in client.get(listing).content.decode()

    report_mail_send_again(delivery=held, actor=root)
    send_report_mails()
    assert len(mailbox.mails) == 2


def test_a_mail_has_what_a_mail_program_needs_to_unsubscribe(mailbox: Mailbox) -> None:
    mail(listed(reader()))
    message = mailbox.mails[0][1]
    assert re.fullmatch(r"<https?://[^\s>]+/mail/unsubscribe/[^\s>]+>", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # Not folded, and not encoded.
    assert re.search(rb"\r\nList-Unsubscribe: <http[^\s>]+>\r\n", mailbox.raw[0])
    assert "@localhost" not in message["Message-ID"]
