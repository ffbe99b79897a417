"""Every mail that a change causes: owed until it is sent, never sent twice, told where it is not known."""

import ast
import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.approvals.mails import mail_request
from apps.accounts.email_changes.services import (
    email_change_cancel,
    email_change_confirm,
    email_change_request,
)
from apps.accounts.email_changes.tokens import digest
from apps.accounts.models import EmailChange
from apps.accounts.signin.links import password_link_give
from apps.core import queued_mails
from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, queued_mail_send, queued_mails_sweep
from apps.organizations.services import invitation_create, invitation_resend
from apps.schedules.task_names import shipped_schedules
from tests.accounts.test_approvals import DECIDE, PURGE, _asked
from tests.at_once import at_once
from tests.core.test_processes import first_line, other
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.organizations import OrganizationFactory, TrashedOrganizationFactory
from tests.mail_server import Server, server

__all__ = ["other", "server"]  # Fixtures.

State = QueuedMail.State
pytestmark = pytest.mark.django_db


def invitation() -> set[str]:
    invitation_create(organization=OrganizationFactory(), email="zoe@example.org", actor=None)
    return {"zoe@example.org"}


def password_link() -> set[str]:
    user = StaffFactory(email="ada@example.org")
    Client().post(reverse("account_reset_password"), {"email": user.email})
    return {user.email}


def password_link_by_a_colleague() -> set[str]:
    user = UserFactory(email="ada@example.org")
    password_link_give(user=user, actor=SuperuserFactory())
    return {user.email}


def email_change() -> set[str]:
    user = UserFactory(email="old@example.org")
    email_change_request(user=user, email="new@example.org", actor=user, reason="A new name.")
    return {user.email, "new@example.org"}


def email_changed() -> set[str]:
    made = _change()
    email_change_confirm(token=_sent_token(made))
    return {made.old_email}


KINDS = pytest.mark.parametrize(
    "cause",
    [invitation, password_link, password_link_by_a_colleague, email_change, email_changed],
)


def _change() -> EmailChange:
    email_change()
    return EmailChange.objects.get()


def _sent_token(change: EmailChange) -> str:
    """Give the change a token of ours, as if its mails had been sent."""
    QueuedMail.objects.all().delete()
    EmailChange.objects.filter(pk=change.pk).update(token_digest=digest("known"))
    return "known"


def later() -> None:
    QueuedMail.objects.update(next_try_at=F("next_try_at") - timedelta(hours=12))


@KINDS
def test_a_mail_waits_for_a_server_that_is_away_and_goes_once(
    server: Server, cause: Callable[[], set[str]]
) -> None:
    server.behavior = "drops at once"
    people = cause()
    for _ in range(3):
        queued_mails_sweep()
        later()
    assert server.taken == []

    server.behavior = ""
    for _ in range(3):
        queued_mails_sweep()
        later()

    assert set(server.taken) == people
    assert len(server.taken) == len(people)
    assert set(QueuedMail.objects.values_list("state", "email")) == {
        (State.SENT, email) for email in people
    }
    # What it was built from may be personal.
    assert list(QueuedMail.objects.exclude(arguments={})) == []


@KINDS
@pytest.mark.parametrize("behavior", ["stalls after the data", "drops after the data"])
def test_a_mail_that_may_have_gone_out_is_not_sent_again(
    server: Server, cause: Callable[[], set[str]], behavior: str
) -> None:
    server.behavior = behavior
    people = cause()
    for _ in range(3):
        queued_mails_sweep()
        later()
    server.behavior = ""
    queued_mails_sweep()

    assert sorted(server.taken) == sorted(people)
    assert set(QueuedMail.objects.values_list("state", flat=True)) == {State.UNCERTAIN}


def test_a_person_may_send_an_uncertain_invitation_again(server: Server) -> None:
    server.behavior = "drops after the data"
    made = invitation_create(
        organization=OrganizationFactory(), email="zoe@example.org", actor=None
    )
    queued_mails_sweep()
    server.behavior = ""

    invitation_resend(invitation=made, actor=None)
    queued_mails_sweep()

    assert server.taken == ["zoe@example.org"] * 2
    made.refresh_from_db()
    assert made.sent_at is not None


def test_those_who_can_decide_are_told_once_each_however_often_the_server_fails(
    server: Server, settings: Any
) -> None:
    settings.FOUR_EYES = {"purge": 0}
    people = {StaffFactory(may=[PURGE, DECIDE]).email for _ in range(3)}
    request = _asked(StaffFactory(may=[PURGE]), TrashedOrganizationFactory())
    server.behavior = "not now"
    assert mail_request(request.pk) == 0
    server.behavior = ""
    later()
    queued_mails_sweep()
    later()
    queued_mails_sweep()
    assert mail_request(request.pk) == 0
    assert sorted(server.taken) == sorted(people)


@pytest.mark.django_db(transaction=True)
def test_those_who_can_decide_are_told_once_though_two_workers_send_at_once(
    server: Server, settings: Any
) -> None:
    """The worker that queues them begins to send, and so do those that get the messages."""
    settings.FOUR_EYES = {"purge": 0}
    settings.EMAIL_TIMEOUT = 20
    people = {StaffFactory(may=[PURGE, DECIDE]).email for _ in range(3)}
    request = _asked(StaffFactory(may=[PURGE]), TrashedOrganizationFactory())
    server.hold = ("DATA", 1)

    def first() -> None:
        mail_request(request.pk)

    def second() -> None:
        assert server.reached.wait(20)
        for mail in QueuedMail.objects.all():
            queued_mail_send(mail.pk)
        server.go.set()

    assert at_once([first, second]) == ["done", "done"]
    queued_mails_sweep()
    assert sorted(server.taken) == sorted(people)


def test_a_mail_whose_sender_was_killed_is_uncertain(server: Server, other: Any) -> None:
    invitation()
    QueuedMail.objects.update(
        state=State.SENDING,
        claimed_by=first_line(other),
        given_at=timezone.now(),
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    assert queued_mails_sweep()[2] == 0
    other.kill()
    other.wait()
    assert queued_mails_sweep()[2] == 1
    assert QueuedMail.objects.get().state == State.UNCERTAIN


def test_an_old_mailbox_that_is_gone_does_not_stop_a_change(server: Server) -> None:
    change = _change()
    server.refused = {"old@example.org"}
    queued_mails_sweep()

    assert server.taken == ["new@example.org"]
    assert QueuedMail.objects.exclude(state=State.SENT).get().state == State.REFUSED
    change.refresh_from_db()
    assert change.is_pending


def test_a_change_that_was_canceled_mails_nobody(server: Server) -> None:
    change = _change()
    email_change_cancel(user=change.user, actor=change.user)
    queued_mails_sweep()

    assert server.taken == []
    assert not QueuedMail.objects.exists()


def test_a_mail_whose_sender_was_killed_before_it_was_given_is_sent_by_the_next(
    server: Server, other: Any
) -> None:
    people = invitation()
    QueuedMail.objects.update(
        state=State.SENDING,
        claimed_by=first_line(other),
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    other.kill()
    other.wait()
    assert queued_mails_sweep()[0] == 1
    assert set(server.taken) == people


def test_what_follows_a_sent_mail_is_made_up_for_where_the_sender_was_killed(
    server: Server,
) -> None:
    made = invitation_create(
        organization=OrganizationFactory(), email="zoe@example.org", actor=None
    )
    QueuedMail.objects.update(state=State.SENT)
    queued_mails_sweep()

    made.refresh_from_db()
    assert made.sent_at is not None
    assert QueuedMail.objects.get().arguments == {}
    assert server.taken == []


def test_no_schedule_waits_behind_mails() -> None:
    """Thousands of mails may wait in their queue; what runs on a schedule only asks for them to be sent."""
    assert [task.name for task, _ in shipped_schedules().values() if task.queue == "mail"] == []


# What talks to the mail server, and why.
SENDERS = {
    "apps/core/deliveries.py": "sends what is owed",
    "apps/accounts/signin/adapter.py": "a code or a key of the sign-in, which is not to be stored",
}


def _sends(tree: ast.AST) -> bool:
    """Tell whether a module sends a mail itself: by `send_mail` and its kin, or by a mail's `send`."""
    named = {"send_mail", "send_mass_mail", "mail_admins", "mail_managers", "send_messages"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and named & {alias.name for alias in node.names}:
            return True
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        inherited = ast.unparse(node.func.value) == "super()"
        if node.func.attr in named and not inherited:
            return True
        if node.func.attr == "send" and not (node.args or node.keywords):
            return True
    return False


def test_only_the_sender_of_owed_mails_talks_to_the_mail_server() -> None:
    found = {
        str(path.relative_to(configured.BASE_DIR))
        for folder in ("apps", "config")
        for path in (configured.BASE_DIR / folder).rglob("*.py")
        if _sends(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set(SENDERS)
    assert _sends(ast.parse("from django.core.mail import send_mail"))
    assert _sends(ast.parse("mail.send()"))


def test_each_kind_builds_a_mail_or_nothing() -> None:
    import apps.transfers.mails  # noqa: F401

    names = {
        "invitation",
        "password link",
        "request asked",
        "request answered",
        "import ended",
        "export ready",
        "notice",
        "password link by a colleague",
        "email change requested",
        "email change confirmation",
        "email change made",
    }
    assert names <= set(queued_mails._kinds)
    assert all(isinstance(kind, MailKind) for kind in queued_mails._kinds.values())


def test_what_a_message_hints_at_is_found_by_a_schedule_without_it() -> None:
    scheduled = {task.name for task, _ in shipped_schedules().values()}
    seen = 0
    for path in (configured.BASE_DIR / "apps").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id != "send_after_commit":
                continue
            (swept_by,) = (word.value for word in node.keywords if word.arg == "swept_by")
            name = ".".join(path.relative_to(configured.BASE_DIR).with_suffix("").parts)
            value = (
                swept_by.value
                if isinstance(swept_by, ast.Constant)
                else getattr(importlib.import_module(name), swept_by.id)  # type: ignore[attr-defined]
            )
            assert value in scheduled, (name, value)
            seen += 1
    assert seen >= 5
