"""Sessions: they end when they should, their owner sees them, and who may can end anybody's."""

import html
import re
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.services import user_deactivate
from apps.accounts.sessions import sessions_end
from apps.accounts.signin.known_browsers import browser_in_words
from apps.accounts.tasks import delete_old_sessions
from apps.audit.models import Event
from tests.accounts.signing_in import PASSWORD, sign_in, signed_in, staff, with_app, with_codes
from tests.factories.accounts import StaffFactory, SuperuserFactory

pytestmark = pytest.mark.django_db
START = "/admin/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


def _is_in(client: Client) -> bool:
    return client.get(START).status_code == 200


class TestTime:
    @pytest.fixture
    def clock(self) -> Any:
        with time_machine.travel("2026-03-02 09:00Z", tick=False) as clock:
            yield clock

    def test_it_ends_after_an_hour_without_a_click(self, client: Client, clock: Any) -> None:
        user = signed_in(client)
        for _ in range(3):
            clock.shift(55 * 60)
            assert _is_in(client)
        clock.shift(61 * 60)

        answer = client.get(START, follow=True)

        assert answer.request["PATH_INFO"] == reverse("account_login")
        assert "after 60 minutes of inactivity" in answer.content.decode()
        ended = Event.objects.get(kind="session_ended", target_pk=str(user.pk))
        assert ended.data == {"because": "it expired"}

    def test_what_a_page_fetches_by_itself_does_not_keep_it_alive(
        self, client: Client, clock: Any
    ) -> None:
        signed_in(client)
        _is_in(client)
        for _ in range(4):
            clock.shift(20 * 60)
            client.get(START, headers={"Sec-Fetch-Mode": "cors"})

        assert not _is_in(client)

    def test_it_ends_after_twelve_hours_in_any_case(self, client: Client, clock: Any) -> None:
        signed_in(client)
        for _ in range(12 * 2):
            assert _is_in(client)
            clock.shift(30 * 60)
        clock.shift(1)

        assert not _is_in(client)


def test_the_page_tells_of_each_browser_and_ends_one(client: Client) -> None:
    user = staff()
    other = Client(headers={"User-Agent": SAFARI}, REMOTE_ADDR="203.0.113.9")
    sign_in(client, user.email, headers={"User-Agent": FIREFOX})
    sign_in(other, user.email)

    page = client.get(reverse("account_security"), headers={"User-Agent": FIREFOX}).content.decode()
    assert "Firefox 140 on Linux" in page
    assert "Safari 18 on iPhone" in page
    assert "203.0.113.9" in page
    key = UserSession.objects.get(session_key=other.session.session_key).pk
    assert client.get(reverse("account_session_end", args=[key])).status_code == 405
    client.post(reverse("account_session_end", args=[key]))

    assert not _is_in(other)
    assert _is_in(client)
    assert Event.objects.filter(kind="session_ended", target_pk=str(user.pk)).exists()


def test_all_others_end_at_once(client: Client) -> None:
    user = staff()
    sign_in(client, user.email)
    others = [Client(), Client()]
    for other in others:
        sign_in(other, user.email)

    client.post(reverse("account_sessions_end"))

    assert _is_in(client)
    assert not any(_is_in(other) for other in others)
    # The others were told why, and what is left of them is what the sign-in page says.
    stored = [session.get_decoded() for session in Session.objects.all()]
    assert sum("_auth_user_id" in each for each in stored) == 1


def _told(client: Client) -> str:
    """What the sign-in page tells a browser that asks for a page, after a script of its page has asked."""
    script = client.get(START, headers={"Sec-Fetch-Mode": "cors"}, follow=True)
    assert script.request["PATH_INFO"] == reverse("account_login")
    answer = client.get(START, follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")
    found = re.search(r"You were signed out[^<]*", answer.content.decode())
    assert "You were signed out" not in client.get(reverse("account_login")).content.decode()
    return html.unescape(found.group()).strip() if found else ""


class TestWhyItEnded:
    @pytest.fixture
    def user(self) -> User:
        return staff()

    @pytest.fixture
    def other(self, user: User) -> Client:
        client = Client()
        sign_in(client, user.email)
        return client

    def test_a_new_password(self, client: Client, user: User, other: Client) -> None:
        sign_in(client, user.email)
        new = "another horse battery"
        client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        assert _told(other) == "You were signed out because a new password was set."
        assert _is_in(client)

    def test_a_password_that_was_set_by_a_command(self, user: User, other: Client) -> None:
        user.set_password("another horse battery")
        user.save()
        assert _told(other) == "You were signed out because your password or account was changed."

    def test_its_time(self, user: User) -> None:
        with time_machine.travel("2026-03-02 09:00Z", tick=False) as clock:
            other = Client()
            sign_in(other, user.email)
            assert _is_in(other)
            clock.shift(61 * 60)
            assert _told(other) == "You were signed out after 60 minutes of inactivity."

    def test_another_browser(self, client: Client, user: User, other: Client) -> None:
        sign_in(client, user.email)
        client.post(reverse("account_sessions_end"))
        assert _told(other) == (
            "You were signed out because this session was ended in another browser."
        )

    def test_an_administrator(self, user: User, other: Client) -> None:
        sessions_end(user=user, actor="command", reason="Laptop of ann@example.org stolen.")
        assert _told(other) == "You were signed out because an administrator ended your sessions."

    def test_a_deactivation(self, user: User, other: Client) -> None:
        user_deactivate(user=user, actor="command")
        assert _told(other) == "You were signed out because your account was deactivated."

    def test_the_sentence_is_no_session(self, user: User, other: Client) -> None:
        sessions_end(user=user, actor="command")
        (kept,) = Session.objects.all()
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = kept.session_key
        assert not _is_in(thief)
        assert "_auth_user_id" not in kept.get_decoded()

    def test_signing_out_oneself_tells_nothing(self, other: Client) -> None:
        other.post(reverse("account_logout"))
        assert _told(other) == ""


def test_nobody_ends_somebody_elses_session_by_its_number(client: Client) -> None:
    other = Client()
    signed_in(other)
    signed_in(client)
    key = UserSession.objects.get(session_key=other.session.session_key).pk

    client.post(reverse("account_session_end", args=[key]))

    assert _is_in(other)


def test_what_is_left_of_old_sessions_is_deleted(client: Client) -> None:
    with time_machine.travel("2026-03-02 09:00Z"):
        signed_in(client)
    signed_in(Client())

    assert delete_old_sessions() == "1 session deleted."
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)


def test_a_new_password_ends_the_other_sessions(client: Client) -> None:
    user = staff()
    other = Client()
    sign_in(other, user.email)
    sign_in(client, user.email)
    new = "another horse battery"

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert _is_in(client)
    assert not _is_in(other)


def test_who_may_ends_anybodys_with_a_reason() -> None:
    user, theirs, boss = staff(), Client(), Client()
    sign_in(theirs, user.email)
    url = reverse("admin:accounts_user_end_sessions", args=[user.pk])
    boss.force_login(StaffFactory(may=["accounts.view_user"]))
    assert boss.post(url, {"reason": "Laptop stolen."}).status_code == 403
    assert _is_in(theirs)

    boss.force_login(StaffFactory(may=["accounts.view_user", "accounts.end_sessions"]))
    assert boss.get(url).status_code == 200
    assert _is_in(theirs)
    boss.post(url, {"reason": "Laptop stolen."})

    assert not _is_in(theirs)
    assert Event.objects.get(kind="session_ended").reason == "Laptop stolen."


def test_a_persons_timeline_tells_how_they_came_in_and_went(client: Client) -> None:
    user = signed_in(client)
    sign_in(Client(), user.email, "not this one at all")
    sign_in(Client(), user.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_sessions_end"))
    client.post(reverse("account_logout"))
    auditor = Client()
    auditor.force_login(SuperuserFactory())

    page = auditor.get(reverse("admin:accounts_user_history", args=[user.pk])).content.decode()

    for sentence in (
        "signed in",
        "failed to sign in",
        "turned sudo mode on with a password",
        "ended 1 session",
        "signed out",
    ):
        assert sentence in page
    assert "not this one" not in page


def test_a_deactivated_person_is_out_at_once_and_their_sessions_are_gone() -> None:
    user, browsers = staff(), [Client(), Client()]
    for browser in browsers:
        sign_in(browser, user.email)
        assert _is_in(browser)

    user_deactivate(user=user, actor=None, reason="Left.")

    assert not any(_is_in(browser) for browser in browsers)
    assert not UserSession.objects.filter(user=user).exists()


def test_an_administrator_who_lost_everything_is_let_in_again(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    user = signed_in(client)
    with_app(user)
    with_codes(user)

    call_command("reset_factors", user.email, reason="Phone and laptop stolen.")

    assert not _is_in(client)
    assert not user.authenticator_set.exists()
    assert sign_in(client, user.email).status_code == 200
    link = capsys.readouterr().out.split()[-1].removeprefix("http://127.0.0.1:8000")
    page = client.get(link, follow=True)
    new = "another horse battery"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(client, user.email, new)["Location"] == START
    removed = Event.objects.filter(kind="factor_removed", target_pk=str(user.pk))
    assert {event.reason for event in removed} == {"Phone and laptop stolen."}
    assert {event.change_set.actor_label for event in removed} == {"command reset_factors"}


@pytest.mark.parametrize(
    ("email", "reason", "says"),
    [
        ("nobody@example.org", "x", "No account here"),
        (None, " ", "A reason is required"),
        ("gone", "x", "deactivated"),
    ],
)
def test_the_rescue_is_refused_in_a_sentence(email: str | None, reason: str, says: str) -> None:
    user = staff()
    if email == "gone":
        User.objects.filter(pk=user.pk).update(status="deactivated")
    with pytest.raises(CommandError, match=says):
        call_command(
            "reset_factors", email if email and "@" in email else user.email, reason=reason
        )


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (FIREFOX, "Firefox 140 on Linux"),
        (SAFARI, "Safari 18 on iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
            "Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
            "Edge 138 on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/138.0.0.0 Mobile Safari/537.36",
            "Chrome 138 on Android",
        ),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_called_by_its_name(output: str, words: str) -> None:
    assert browser_in_words(output) == words
