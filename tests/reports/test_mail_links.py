"""The links in a report's mail: one click to leave, and the file for its recipient alone."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from apps.reports import mail_content
from apps.reports.models import ReportDelivery, ReportRecipient
from tests.factories.accounts import StaffFactory
from tests.reports.conftest import Mailbox, permit, reader
from tests.reports.test_mails import listed, mail

pytestmark = pytest.mark.django_db


def unsubscribe_path(mailbox: Mailbox) -> str:
    address = mailbox.mails[0][1]["List-Unsubscribe"].strip("<>")
    return urlsplit(address).path


@pytest.fixture
def path(mailbox: Mailbox) -> str:
    mail(listed(reader(), reader()))
    return unsubscribe_path(mailbox)


def test_a_mail_program_unsubscribes_by_one_post_without_a_sign_in(
    path: str, mailbox: Mailbox
) -> None:
    # No cookie and no token of a form, as RFC 8058 has it.
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    (address,), _ = mailbox.mails[0]
    left = ReportRecipient.objects.get(unsubscribed_at__isnull=False)
    assert left.user is not None
    assert left.user.email == address
    assert left.history.latest().history_change_reason == "Followed the link in the mail"

    subscription = left.subscription
    mail(subscription)
    assert [to for to, _ in mailbox.mails].count([address]) == 1


def test_a_get_asks_and_changes_nothing(path: str, client: Client) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert '<form method="post">' in page.content.decode()
    assert not ReportRecipient.objects.filter(unsubscribed_at__isnull=False).exists()


def test_unsubscribing_twice_is_no_error(path: str, client: Client) -> None:
    client.post(path)
    assert client.post(path).status_code == 200
    assert "You are unsubscribed" in client.get(path).content.decode()


@pytest.mark.parametrize("change", [lambda t: t[:-3], lambda t: f"B{t[1:]}", lambda t: "x.y"])
def test_a_link_that_we_did_not_make_does_nothing(path: str, client: Client, change: Any) -> None:
    token = path.rstrip("/").rpartition("/")[2]
    forged = path.replace(token, change(token))
    assert client.post(forged).status_code == 404
    assert not ReportRecipient.objects.filter(unsubscribed_at__isnull=False).exists()


@pytest.fixture
def file_path(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(mail_content, "MOST_ATTACHED_BYTES", 10)
    mail(listed(reader(), reader()))
    return _file_path(mailbox)


def _file_path(mailbox: Mailbox) -> str:
    message: Any = mailbox.mails[0][1]
    assert not [part for part in message.walk() if part.get_filename("").endswith(".csv")]
    text = message.get_body(["plain"]).get_content()
    found = re.search(r"https?://\S+/mail/file/\S+", text)
    assert found, text
    return urlsplit(found.group()).path


def test_a_large_file_is_a_link_that_only_its_recipient_can_open(
    file_path: str, mailbox: Mailbox, client: Client
) -> None:
    anonymous = client.get(file_path)
    assert anonymous.status_code == 302
    assert "/account/" in anonymous["Location"]

    owner = ReportRecipient.objects.get(user__email=mailbox.mails[0][0][0]).user
    other = ReportRecipient.objects.exclude(user=owner).get().user
    for person, status in ((other, 403), (StaffFactory(is_superuser=True), 403), (owner, 200)):
        client.force_login(person)
        answer = client.get(file_path)
        assert answer.status_code == status
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")


def test_the_link_expires_and_follows_the_permission(
    file_path: str, mailbox: Mailbox, client: Client
) -> None:
    owner = ReportRecipient.objects.get(user__email=mailbox.mails[0][0][0]).user
    assert owner is not None
    client.force_login(owner)
    ReportDelivery.objects.update(sent_at=timezone.now() - timedelta(days=8))
    assert client.get(file_path).status_code == 410

    ReportDelivery.objects.update(sent_at=timezone.now())
    owner.user_permissions.clear()
    assert client.get(file_path).status_code == 410


def test_a_recipient_without_an_account_needs_the_link_alone(
    mailbox: Mailbox, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REPORT_MAIL_DOMAINS = ["partner.example"]
    monkeypatch.setattr(mail_content, "MOST_ATTACHED_BYTES", 10)
    subscription = listed(permit(reader(), "share_report"))
    ReportRecipient.objects.all().delete()
    ReportRecipient.objects.create(subscription=subscription, email="zoe@partner.example")
    mail(subscription)
    answer = client.get(_file_path(mailbox))
    assert b"".join(answer.streaming_content)
