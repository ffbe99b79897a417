"""The list of e-mails: what became of each, and what a person decides about it."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.mail_decisions import queued_mail_leave, queued_mail_send_again
from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.core.models import QueuedMail
from apps.core.queued_mails import queued_mails_clean_up, queued_mails_sweep
from apps.core.tasks import clean_up_queued_mails
from apps.organizations.services import invitation_create
from tests.at_once import at_once
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.core import QueuedMailFactory
from tests.factories.organizations import OrganizationFactory
from tests.mail_server import Server, server

__all__ = ["server"]  # A fixture.

State = QueuedMail.State
VIEW, DECIDE = "core.view_queuedmail", "core.decide_queuedmail"
LIST = "admin:core_queuedmail_changelist"
pytestmark = pytest.mark.django_db


def signed_in(*may: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(StaffFactory(may=list(may), **fields))
    return client


def act(client: Client, mail: QueuedMail, action: str, reason: str = "They called") -> Any:
    url = reverse(f"admin:core_queuedmail_{action}", args=[mail.pk])
    return client.post(url, {"reason": reason})


def test_the_list_shows_each_state_with_the_words_of_the_server() -> None:
    for state in State:
        QueuedMailFactory(state=state, error=f"The mail server answered: {state} words")
    page = signed_in(VIEW).get(reverse(LIST)).content.decode()
    for state in State:
        assert f"{state} words" in page
        assert state.label in page


@pytest.mark.parametrize("state", State)
def test_only_mails_that_are_due_have_a_next_try(state: str) -> None:
    QueuedMailFactory(state=state)
    page = signed_in(VIEW).get(reverse(LIST)).content.decode()
    cell = re.search(r"field-next_moment.*?</td>", page, re.DOTALL)
    assert cell is not None
    assert ("<time" in cell[0]) == (state in QueuedMail.DUE)


def test_an_address_is_masked_without_the_permission_to_see_it() -> None:
    mail = QueuedMailFactory(
        state=State.REFUSED,
        email="zoe.quill@example.org",
        error="The mail server answered: 550 <zoe.quill@example.org> is unknown",
    )
    urls = [reverse(LIST), reverse("admin:core_queuedmail_change", args=[mail.pk])]
    for url in urls:
        assert "zoe.quill" not in signed_in(VIEW).get(url).content.decode()
        seen = signed_in(VIEW, "accounts.view_personal_data").get(url).content.decode()
        assert "zoe.quill@example.org" in seen
    # Nor can it be found out by asking.
    found = signed_in(VIEW).get(reverse(LIST), {"q": "zoe.quill"}).context["cl"].result_list
    assert list(found) == []


def test_an_invitation_that_was_sent_stays_in_the_list_without_what_it_was_built_from(
    server: Server,
) -> None:
    invitation_create(organization=OrganizationFactory(), email="zoe@example.org", actor=None)
    queued_mails_sweep()
    mail = QueuedMail.objects.get()
    assert (mail.state, mail.email, mail.arguments) == (State.SENT, "zoe@example.org", {})
    assert mail.sent_at is not None
    queued_mails_sweep()
    assert server.taken == ["zoe@example.org"]


def test_a_refused_mail_is_sent_again_by_hand_and_recorded(server: Server) -> None:
    person = UserFactory()
    mail = QueuedMailFactory(state=State.REFUSED, email=person.email, attempts=3)
    assert act(signed_in(VIEW, DECIDE), mail, "send_again").status_code == 302
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.WAITING, 0)
    event = Event.objects.get(kind="queued_mail_sent_again")
    assert (event.target_pk, event.data["was"]) == (str(mail.pk), "refused")

    queued_mails_sweep()
    assert server.taken == [person.email]


def test_an_uncertain_mail_waits_on_the_start_page_for_a_decision() -> None:
    mail = QueuedMailFactory(state=State.UNCERTAIN)
    client = signed_in(VIEW, DECIDE)
    needs = client.get(reverse("admin:index")).context["needs"]
    assert [(need["name"], need["count"]) for need in needs] == [("queued_mails_undecided", 1)]

    assert act(client, mail, "leave").status_code == 302

    assert client.get(reverse("admin:index")).context["needs"] == []
    assert Event.objects.get(kind="queued_mail_left").data["was"] == "uncertain"
    mail.refresh_from_db()
    assert mail.decided_at is not None


@pytest.mark.parametrize("action", ["send_again", "leave"])
def test_deciding_asks_for_its_permission_for_a_post_and_for_a_reason(action: str) -> None:
    mail = QueuedMailFactory(state=State.UNCERTAIN)
    assert act(signed_in(VIEW), mail, action).status_code == 403
    client = signed_in(VIEW, DECIDE)
    url = reverse(f"admin:core_queuedmail_{action}", args=[mail.pk])
    assert client.get(url).status_code == 200
    assert "required" in act(client, mail, action, reason=" ").content.decode()
    mail.refresh_from_db()
    assert (mail.state, mail.decided_at) == (State.UNCERTAIN, None)
    assert not Event.objects.filter(kind__startswith="queued_mail").exists()


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.RETRYING, State.SENT])
def test_a_mail_that_needs_no_decision_is_left_as_it_is(state: str) -> None:
    mail = QueuedMailFactory(state=state)
    boss = SuperuserFactory()
    with pytest.raises(DomainError):
        queued_mail_send_again(mail=mail, reason="Asked", actor=boss)
    with pytest.raises(DomainError):
        queued_mail_leave(mail=mail, reason="Asked", actor=boss)
    mail.refresh_from_db()
    assert mail.state == state


def test_limited_staff_see_no_mails_and_decide_nothing() -> None:
    mail = QueuedMailFactory(state=State.UNCERTAIN)
    client = signed_in(VIEW, DECIDE, is_limited=True)
    assert list(client.get(reverse(LIST)).context["cl"].result_list) == []
    assert act(client, mail, "leave").status_code == 403
    mail.refresh_from_db()
    assert mail.decided_at is None
    with pytest.raises(DomainError):
        queued_mail_leave(
            mail=mail, reason="Asked", actor=StaffFactory(may=[DECIDE], is_limited=True)
        )
    with pytest.raises(MissingPermission):
        queued_mail_leave(mail=mail, reason="Asked", actor=StaffFactory())


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_is_told() -> None:
    mail = QueuedMailFactory(state=State.UNCERTAIN)
    boss = SuperuserFactory()
    again = partial(queued_mail_send_again, mail=mail, reason="Asked", actor=boss)
    assert sorted(at_once([again] * 2)) == ["DomainError", "done"]
    assert Event.objects.filter(kind="queued_mail_sent_again").count() == 1


def test_what_ended_is_deleted_after_a_month_and_what_waits_for_a_person_is_not() -> None:
    now = timezone.now()
    for state in State:
        for days in (29, 31):
            QueuedMailFactory(state=state, queued_at=now - timedelta(days=days))
    decided = QueuedMailFactory(
        state=State.UNCERTAIN, queued_at=now - timedelta(days=31), decided_at=now
    )

    assert clean_up_queued_mails() == "3 e-mails deleted."

    old = QueuedMail.objects.filter(queued_at__lt=now - timedelta(days=30))
    assert set(old.values_list("state", flat=True)) == {*QueuedMail.OPEN, State.UNCERTAIN}
    assert not old.filter(pk=decided.pk).exists()
    assert queued_mails_clean_up() == 0
