"""Nobody fills another person's inbox with links to set a password."""

import socket
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db.models.functions import Now
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from apps.accounts.signin.links import password_link_send
from apps.audit.models import Event
from apps.core.models import QueuedMail
from apps.core.queued_mails import queued_mails_sweep
from tests.factories.accounts import SuperuserFactory, UserFactory, sudo_client

pytestmark = pytest.mark.django_db


def ask(email: str, *, times: int, start: timedelta = timedelta()) -> int:
    """Ask again and again, three minutes apart, and return how many mails went out."""
    before = len(mail.outbox)
    for number in range(times):
        with time_machine.travel(
            timezone.now() + start + timedelta(minutes=3 * number), tick=False
        ):
            password_link_send(email=email)
    return len(mail.outbox) - before


def test_a_person_is_sent_some_links_a_day_anyone_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    person, other = UserFactory(), UserFactory()
    monkeypatch.setattr(settings, "PASSWORD_LINKS_A_DAY", 3)

    assert ask(person.email, times=6) == 3
    assert ask(person.email.upper(), times=1, start=timedelta(minutes=30)) == 0
    assert ask(other.email, times=1) == 1


def test_a_link_that_no_mail_server_took_is_sent_later_and_counts_once() -> None:
    person = UserFactory()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with override_settings(
        EMAIL_BACKEND="apps.core.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port
    ):
        assert not password_link_send(email=person.email)
    QueuedMail.objects.update(next_try_at=Now())

    queued_mails_sweep()

    assert [message.to for message in mail.outbox] == [[person.email]]
    assert Event.objects.filter(kind="password_link").count() == 1


def test_a_colleague_can_help_when_strangers_have_asked_too_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = UserFactory()
    monkeypatch.setattr(settings, "PASSWORD_LINKS_A_DAY", 2)
    ask(person.email, times=4)
    client = sudo_client(SuperuserFactory())
    url = reverse("admin:accounts_user_change", args=[person.pk]).replace(
        "change", "give-password-link"
    )

    answers = [client.post(url, {"reason": "They asked."}).status_code for _ in range(3)]

    assert answers == [302, 302, 409]
    assert Event.objects.filter(kind="password_link").count() == 4
