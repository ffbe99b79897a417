"""The weekly mail, delivered to a real mail server on the loopback."""

from typing import Any

import pytest

from apps.flags.models import Switch
from apps.flags.services import flags_ensure
from apps.reports.models import ReportDelivery, ReportRun
from apps.reports.services import report_mail, report_unsubscribe
from apps.reports.tasks import mail_report
from tests.factories.accounts import StaffFactory, permission
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.reports import ReportSubscriptionFactory
from tests.reports.conftest import Mailbox, reader

pytestmark = pytest.mark.django_db


def _mail(**params: str) -> tuple[int, int, int]:
    return report_mail(report="weekly", params=params or {"week": "this"})


def test_each_subscriber_gets_one_mail_with_text_page_and_csv(mailbox: Mailbox) -> None:
    organization = OrganizationFactory(name="=Deck & Co")
    MembershipFactory(organization=organization)
    people = [ReportSubscriptionFactory(user=reader()).user for _ in range(2)]

    assert _mail() == (2, 0, 0)

    assert sorted(to for to, _ in mailbox.mails) == sorted([person.email] for person in people)
    mail: Any = mailbox.mails[0][1]
    assert mail["Subject"].startswith("Members and projects of a week: ")
    html = mail.get_body(["html"]).get_content()
    assert "=Deck &amp; Co" in html
    assert "<script" not in html
    assert "View the report with its chart" in mail.get_body(["plain"]).get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/csv"
    assert attached.get_filename().endswith(".csv")
    assert "'=Deck & Co,1,0,0,0,1" in attached.get_content()


def test_a_second_run_mails_nobody_again(mailbox: Mailbox) -> None:
    ReportSubscriptionFactory(user=reader())
    _mail()
    assert _mail() == (0, 1, 0)
    assert len(mailbox.mails) == 1
    assert ReportRun.objects.count() == 1


def test_one_who_subscribes_later_gets_the_mail_of_a_repeated_run(mailbox: Mailbox) -> None:
    ReportSubscriptionFactory(user=reader())
    _mail()
    late = ReportSubscriptionFactory(user=reader()).user
    assert _mail() == (1, 1, 0)
    assert mailbox.mails[-1][0] == [late.email]


def test_an_address_that_fails_does_not_stop_the_others(mailbox: Mailbox) -> None:
    bad = ReportSubscriptionFactory(user=reader(email="refused@example.org")).user
    good = ReportSubscriptionFactory(user=reader(email="taken@example.org")).user

    assert _mail() == (1, 0, 1)

    assert [to for to, _ in mailbox.mails] == [[good.email]]
    delivery = ReportDelivery.objects.get(recipient=bad)
    assert delivery.state == ReportDelivery.State.REFUSED
    assert "No such mailbox" in delivery.error


def test_a_mail_that_failed_is_tried_again(mailbox: Mailbox) -> None:
    user = ReportSubscriptionFactory(user=reader(email="refused@example.org")).user
    _mail()
    user.email = "mended@example.org"
    user.save()
    assert _mail() == (1, 0, 0)
    assert mailbox.mails[0][0] == ["mended@example.org"]


def test_only_active_staff_who_may_view_it_and_want_it_get_it(mailbox: Mailbox) -> None:
    ReportSubscriptionFactory(user=reader(status="deactivated"))
    ReportSubscriptionFactory(user=reader(is_staff=False))
    ReportSubscriptionFactory(user=StaffFactory())
    ReportSubscriptionFactory(user=reader(), enabled=False)
    gone = ReportSubscriptionFactory(user=reader()).user
    report_unsubscribe(report="weekly", actor=gone)

    assert _mail() == (0, 0, 0)
    assert mailbox.mails == []


def test_the_task_tells_of_the_week_that_is_over_and_says_what_it_did(mailbox: Mailbox) -> None:
    ReportSubscriptionFactory(user=reader())
    assert mail_report(report="weekly") == "1 sent, 0 had it already, 0 failed."
    run = ReportRun.objects.get()
    assert run.source == ReportRun.Source.MAIL
    assert run.period in mailbox.mails[0][1]["Subject"]


def test_the_switch_stops_the_mails(mailbox: Mailbox) -> None:
    flags_ensure()
    Switch.objects.filter(name="report-mails").update(active=False)
    ReportSubscriptionFactory(user=reader())
    assert "Report e-mails are switched off" in mail_report(report="weekly")
    assert mailbox.mails == []


@pytest.mark.parametrize("code", ["reports.view_report", "reports.subscribe_report"])
def test_who_has_lost_a_permission_gets_no_more_mail(mailbox: Mailbox, code: str) -> None:
    ReportSubscriptionFactory(user=reader())
    subscription = ReportSubscriptionFactory(user=reader())
    subscription.user.user_permissions.remove(permission(code))

    assert _mail() == (1, 0, 0)
    assert [subscription.user.email] not in [to for to, _ in mailbox.mails]
