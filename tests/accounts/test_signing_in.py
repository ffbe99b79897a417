"""Signing in: one way in, the same answer for everybody who may not, and the second factor."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.signin.links import password_link_send
from apps.audit.models import Event
from apps.core.models import QueuedMail
from tests.accounts.signing_in import (
    PASSWORD,
    code,
    sign_in,
    signed_in,
    staff,
    with_app,
    with_codes,
)
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
START = "/admin/"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was hashed, a name for each time."""
    done: list[str] = []
    hasher = type(hashers.get_hasher())
    plain = hasher.encode

    def encode(self: Any, password: str, salt: str) -> str:
        done.append(password)
        return plain(self, password, salt)

    monkeypatch.setattr(hasher, "encode", encode)
    return done


class TestSignIn:
    def test_the_admins_own_sign_in_leads_to_the_one_there_is(self, client: Client) -> None:
        user = staff()
        posted = {"username": user.email, "password": PASSWORD}

        for answer in (client.get("/admin/login/"), client.post("/admin/login/", posted)):
            assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
        assert client.get(START).status_code == 302

    @pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:x"])
    def test_next_stays_on_the_site(self, client: Client, address: str) -> None:
        user = staff()

        asked = client.get(f"/admin/login/?next={address}")
        answer = client.post(
            f"{reverse('account_login')}?next={address}",
            {"login": user.email, "password": PASSWORD, "next": address},
        )

        assert "evil" not in asked["Location"]
        assert answer["Location"] == START

    def test_next_leads_back_to_where_one_wanted_to_go(self, client: Client) -> None:
        user = staff(may=["accounts.view_user"])
        wanted = client.get("/admin/accounts/user/?q=ida", follow=True)
        posted = {"login": user.email, "password": PASSWORD, "next": "/admin/accounts/user/?q=ida"}

        assert wanted.request["PATH_INFO"] == reverse("account_login")
        answer = client.post(reverse("account_login"), posted)
        assert answer["Location"] == "/admin/accounts/user/?q=ida"

    def test_an_address_is_known_however_it_is_spelled(self, client: Client) -> None:
        user = staff(email="ida.berg@quarterdeck.example")

        assert sign_in(client, "Ida.Berg@Quarterdeck.example").status_code == 302
        assert client.session["_auth_user_id"] == str(user.pk)

    def test_there_is_no_sign_up_and_no_page_of_addresses(self, client: Client) -> None:
        signed_in(client)

        for path in ("signup/", "email/", "confirm-email/", "3rdparty/", "login/code/"):
            assert client.get(f"/account/{path}").status_code == 404

    def test_a_member_without_a_role_has_their_account_and_nothing_else(
        self, client: Client
    ) -> None:
        member = UserFactory()
        member.set_password(PASSWORD)
        member.save()

        assert sign_in(client, member.email)["Location"] == reverse("account_security")
        assert client.get(START, follow=True).status_code == 403

    def test_a_new_session_has_a_new_id(self, client: Client) -> None:
        client.get(reverse("account_login"))
        session = client.session
        session["planted"] = True
        session.save()
        client.cookies["sessionid"] = session.session_key

        signed_in(client)

        assert client.session.session_key != session.session_key

    def test_the_demos_password_still_opens(self, client: Client) -> None:
        user = staff()
        user.set_password("quarterdeck")
        user.save()

        assert sign_in(client, user.email, "quarterdeck")["Location"] == START


class TestTheSameAnswer:
    def test_for_unknown_wrong_deactivated_and_without_a_password(
        self, client: Client, hashed: list[str]
    ) -> None:
        wrong, gone, without = staff(), staff(), UserFactory()
        User.objects.filter(pk=gone.pk).update(status="deactivated")
        tries = {
            "unknown": ("nobody@example.org", PASSWORD),
            "wrong": (wrong.email, "not this one at all"),
            "deactivated": (gone.email, PASSWORD),
            "deactivated and wrong": (gone.email, "not this one at all"),
            "without a password": (without.email, PASSWORD),
        }
        answers: dict[str, tuple[int, str, int]] = {}
        for name, (email, password) in tries.items():
            hashed.clear()
            page = client.post(reverse("account_login"), {"login": email, "password": password})
            errors = str(page.context["form"].non_field_errors())
            answers[name] = (page.status_code, errors, len(hashed))

        assert len(set(answers.values())) == 1, answers
        assert answers["unknown"][2] == 1
        assert "Wrong e-mail address or password" in answers["unknown"][1]

    def test_for_anyone_asks_for_a_link(
        self,
        client: Client,
        hashed: list[str],
        django_capture_on_commit_callbacks: Any,
        django_assert_num_queries: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        hints: list[Any] = []
        monkeypatch.setattr(
            "apps.core.sending.send_now", lambda _name, args, **_: hints.append(args)
        )
        known, gone = staff(), staff()
        User.objects.filter(pk=gone.pk).update(status="deactivated")
        hashed.clear()
        output = set()
        for email in (known.email, gone.email, "nobody@example.org"):
            with django_capture_on_commit_callbacks(execute=True):
                page = client.post(reverse("account_reset_password"), {"email": email})
            (key,) = hints.pop()
            assert QueuedMail.objects.get(pk=key).arguments == {"email": email}
            body = client.get(page["Location"]).content
            output.add((page.status_code, page["Location"], b"on its way" in body))
            password_link_send(email=email)

        assert len(output) == 1
        assert hashed == []
        assert [message.to for message in mail.outbox] == [[known.email]]


class TestTheSecondFactor:
    def test_a_password_alone_does_not_pass_it(self, client: Client) -> None:
        user = staff()
        with_app(user)

        answer = sign_in(client, user.email)
        assert answer["Location"] == reverse("mfa_authenticate")
        assert client.get(START).status_code == 302
        answer = client.post(reverse("mfa_authenticate"), {"code": code(user)})

        assert answer["Location"] == START
        assert client.get(START).status_code == 200

    def test_a_code_works_once(self, client: Client) -> None:
        user = staff()
        with_app(user)
        other = Client()
        with time_machine.travel("2026-03-02 09:00:10Z", tick=False) as clock:
            shown = code(user)
            sign_in(client, user.email)
            client.post(reverse("mfa_authenticate"), {"code": shown})
            # A slow clock's code still fits now, but not for the second time.
            clock.shift(35)
            sign_in(other, user.email)
            again = other.post(reverse("mfa_authenticate"), {"code": shown})

            assert "was already used" in again.content.decode()
            assert client.get(START).status_code == 200
            assert other.get(START).status_code == 302

    def test_a_recovery_code_lets_in_once(self, client: Client) -> None:
        user = staff()
        with_app(user)
        first, *_ = with_codes(user)
        for opened in (True, False):
            browser = Client()
            sign_in(browser, user.email)
            browser.post(reverse("mfa_authenticate"), {"code": first})
            assert (browser.get(START).status_code == 200) is opened

    def test_a_link_to_set_a_password_does_not_skip_it(self, client: Client) -> None:
        user = staff()
        with_app(user)
        password_link_send(email=user.email)
        (link,) = [line for line in mail.outbox[0].body.splitlines() if "/account/" in line]

        page = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
        new = "another horse battery"
        client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})

        assert client.get(START).status_code == 302
        assert sign_in(client, user.email, new)["Location"] == reverse("mfa_authenticate")
        used = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
        assert "This link has expired" in used.content.decode()

    def test_its_secret_is_not_in_the_database(self) -> None:
        from tests.accounts.signing_in import SECRET

        assert SECRET not in str(with_app(staff()).data)

    @pytest.mark.django_db(transaction=True)
    def test_it_is_set_up_with_codes_that_are_shown_once(self, client: Client) -> None:
        user = signed_in(client)
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

        posted = {"code": code(user, secret=secret)}
        answer = client.post(reverse("mfa_activate_totp"), posted)
        first, second = client.get(answer["Location"]), client.get(answer["Location"])

        codes = user.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
        assert len(codes) == 10
        assert all(each in first.content.decode() for each in codes)
        assert not any(each in second.content.decode() for each in codes)
        added = Event.objects.filter(kind="factor_added", target_pk=str(user.pk))
        assert {event.data["factor"] for event in added} == {"authenticator app", "recovery codes"}
        assert not any(each in str(event.data) for event in added for each in [secret, *codes])
        assert [message.subject for message in mail.outbox] == ["An authenticator app was set up"]


class TestRequired:
    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.REQUIRE_SECOND_FACTOR = True

    @pytest.mark.parametrize(
        "path",
        [
            "/admin/",
            "/admin/search/?q=a",
            "/admin/accounts/user/",
            "/admin/jsi18n/",
            "/nowhere-but/",
        ],
    )
    def test_staff_without_one_is_led_to_setting_it_up(self, client: Client, path: str) -> None:
        signed_in(client)

        answer = client.get(path)

        if path == "/nowhere-but/":
            assert answer.status_code == 404
        else:
            assert answer["Location"] == reverse("account_factor_required")

    def test_a_post_is_refused_and_the_way_out_is_open(self, client: Client) -> None:
        user = signed_in(client, may=["accounts.add_user", "accounts.view_user"])

        posted = client.post("/admin/accounts/user/add/", {"email": "new@example.org"})

        assert posted.status_code == 403
        assert not User.objects.filter(email="new@example.org").exists()
        assert client.get(reverse("account_factor_required")).status_code == 200
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
        with_app(user)
        assert client.get("/admin/").status_code == 200

    def test_the_last_factor_is_not_removed(self, client: Client) -> None:
        user = signed_in(client)
        with_app(user)
        client.post(reverse("mfa_reauthenticate"), {"code": code(user)})

        client.post(reverse("mfa_deactivate_totp"))

        assert user.authenticator_set.filter(type="totp").exists()

    def test_members_need_none(self, client: Client) -> None:
        member = UserFactory()
        client.force_login(member)

        assert client.get(reverse("account_security")).status_code == 200


def test_a_failed_sign_in_is_told_in_the_persons_timeline_without_the_password(
    client: Client,
) -> None:
    user = staff()

    sign_in(client, user.email, "my secret words here")

    event = Event.objects.get(kind="sign_in_failed")
    assert event.target_pk == str(user.pk)
    assert "secret" not in str(event.data)


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("eleven char", True),
        ("password1234", True),
        ("twelve chars", False),
        ("only small words", False),
        ("x y" * 42, False),
        ("x" * 129, True),
    ],
)
def test_a_password_is_long_and_not_common_and_that_is_all(
    client: Client, password: str, *, refused: bool
) -> None:
    user = signed_in(client)
    posted = {"oldpassword": PASSWORD, "password1": password, "password2": password}

    client.post(reverse("account_change_password"), posted)

    user.refresh_from_db()
    assert user.check_password(password) is not refused
