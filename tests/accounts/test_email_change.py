"""Changing the address that a person signs in with: who may, what it takes, what ends by it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.accounts.approvals.services import approval_approve
from apps.accounts.email_changes.services import MOST_A_DAY
from apps.accounts.models import ApprovalRequest, EmailChange, User
from apps.accounts.services import user_deactivate, user_reactivate, user_set_roles
from apps.accounts.signin.links import password_link
from apps.accounts.tasks import sweep_email_changes
from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.core.queued_mails import queued_mails_sweep
from apps.organizations.models import StaffOrganization
from tests.accounts.signing_in import PASSWORD, sign_in, staff
from tests.at_once import while_uncommitted
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    permission,
    prove_factor,
    sudo_client,
)
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.forms import save

pytestmark = pytest.mark.django_db

NEW = "new.address@example.org"
AGENT = [
    "accounts.view_user",
    "accounts.change_user",
    "accounts.change_email",
    "accounts.view_personal_data",
]
LEAD = [*AGENT, "accounts.set_roles"]


def _url(person: User, action: str = "change_email") -> str:
    return reverse(f"admin:accounts_user_{action}", args=[person.pk])


def _ask(client: Client, person: User, email: str = NEW, **more: str) -> Any:
    return client.post(_url(person), {"email": email, "reason": "She married.", **more})


def _email(person: User) -> str:
    return User.objects.get(pk=person.pk).email


def _link(to: str = NEW) -> str:
    """Send what is owed, and return the link in the mail to the new address."""
    queued_mails_sweep()
    (sent,) = (each for each in mail.outbox if each.to == [to])
    found = re.search(r"https?://[^/\s]+(/account/address/confirm/\S+)", str(sent.body))
    assert found
    return found.group(1)


@pytest.fixture
def person() -> User:
    return UserFactory(email="ida@example.org", first_name="Ida", last_name="Berg")


@pytest.fixture
def agent() -> Client:
    return sudo_client(may=AGENT, first_name="Ole", last_name="Agent")


def test_nothing_changes_before_the_new_address_has_confirmed(agent: Client, person: User) -> None:
    answer = _ask(agent, person)
    page = agent.get(reverse("admin:accounts_user_change", args=[person.pk])).content.decode()

    assert answer.status_code == 302
    assert _email(person) == "ida@example.org"
    assert NEW in page
    assert "to be confirmed" in page
    assert "She married." in page


def test_both_addresses_are_told_and_the_link_makes_the_change(agent: Client, person: User) -> None:
    _ask(agent, person)
    link = _link()
    found = [each for each in mail.outbox if each.to == ["ida@example.org"]]
    shown = Client().get(link)
    before = _email(person)
    done = Client().post(link)
    queued_mails_sweep()

    assert len(found) == 1
    assert "Ole Agent" in found[0].body
    assert NEW not in found[0].body
    assert (shown.status_code, before) == (200, "ida@example.org")
    assert done.status_code == 200
    changed = User.objects.get(pk=person.pk)
    assert (changed.email, changed.is_verified) == (NEW, True)
    assert "was changed" in mail.outbox[-1].subject
    assert mail.outbox[-1].to == ["ida@example.org"]


def test_the_history_has_who_asked_and_why(agent: Client, person: User) -> None:
    _ask(agent, person)
    Client().post(_link())

    row: Any = User.history.filter(id=person.pk).latest("history_id")
    events = Event.objects.filter(kind="email_change", target_pk=str(person.pk))
    page = agent.get(reverse("admin:accounts_user_history", args=[person.pk])).content.decode()

    assert row.email == NEW
    assert row.change_set.actor_label.startswith("Ole Agent")
    assert row.change_set.reason == "She married. (confirmed by the new address)"
    assert [each.data["did"] for each in events.order_by("id")] == ["asked", "confirmed"]
    assert NEW not in str([each.data for each in events])
    assert "asked to change the e-mail address" in page


def test_sessions_and_links_of_before_are_worth_nothing_after(agent: Client) -> None:
    person = staff(may=["accounts.view_user"])
    theirs = Client()
    sign_in(theirs, person.email)
    assert theirs.get(reverse("admin:index")).status_code == 200
    old_link = password_link(person)
    boss = sudo_client(SuperuserFactory())
    _ask(boss, person)
    Client().post(_link())

    assert theirs.get(reverse("admin:index")).status_code == 302
    path = old_link[old_link.index("/account/") :]
    shown = Client().get(path, follow=True)
    assert "password1" not in shown.content.decode()
    assert sign_in(Client(), person.email).status_code == 200
    assert sign_in(Client(), NEW).status_code == 302


def test_a_link_from_before_a_deactivation_sets_no_password_after_it(person: User) -> None:
    path = password_link(person).partition("/account/")[2]
    assert "password1" in Client().get(f"/account/{path}", follow=True).content.decode()

    user_deactivate(user=person, actor=None)
    user_reactivate(user=person, actor=None)

    assert "password1" not in Client().get(f"/account/{path}", follow=True).content.decode()
    path = password_link(person).partition("/account/")[2]
    assert "password1" in Client().get(f"/account/{path}", follow=True).content.decode()


def test_a_session_that_no_list_knows_ends_as_well(person: User) -> None:
    theirs = Client()
    theirs.force_login(person)
    User.objects.filter(pk=person.pk).update(email=NEW)

    assert theirs.get(reverse("account_security")).status_code == 302


def test_the_token_is_kept_as_a_digest_only(agent: Client, person: User) -> None:
    _ask(agent, person)
    token = _link().rstrip("/").rpartition("/")[2]

    change = EmailChange.objects.get()
    assert token not in str(vars(change))
    assert len(change.token_digest) == 64


def test_a_link_works_once_and_not_after_its_time(agent: Client, person: User) -> None:
    _ask(agent, person)
    link = _link()
    EmailChange.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    assert Client().get(link).status_code == 410
    assert Client().post(link).status_code == 410
    assert _email(person) == "ida@example.org"
    sweep_email_changes()
    assert EmailChange.objects.get().state == "expired"

    mail.outbox.clear()
    _ask(agent, person)
    link = _link()
    assert Client().post(link).status_code == 200
    assert Client().post(link).status_code == 410
    assert Client().get(reverse("account_confirm_new_email", args=["forged"])).status_code == 404


def test_what_waits_is_canceled_by_who_may_by_the_person_and_by_a_newer_one(
    agent: Client, person: User
) -> None:
    theirs = Client()
    theirs.force_login(person)
    ends: list[Callable[[], Any]] = [
        lambda: agent.post(_url(person, "cancel_email_change"), {"reason": "Mistyped."}),
        lambda: theirs.post(reverse("account_cancel_address")),
        lambda: _ask(agent, person, "another@example.org"),
    ]
    for end in ends:
        mail.outbox.clear()
        _ask(agent, person)
        link = _link()
        end()

        assert Client().post(link).status_code == 410
        assert _email(person) == "ida@example.org"


def test_it_takes_a_fresh_factor_the_permission_and_a_reason(person: User) -> None:
    stale = Client()
    stale.force_login(StaffFactory(may=AGENT))
    without = sudo_client(may=[name for name in AGENT if name != "accounts.change_email"])

    assert _ask(stale, person)["Location"].startswith(reverse("account_sudo"))
    assert _ask(without, person).status_code == 403
    assert _ask(sudo_client(may=AGENT), person, reason=" ").status_code == 200
    assert not EmailChange.objects.exists()


@pytest.mark.parametrize(
    ("email", "output"),
    [
        ("IDA@example.org", "This is already the address"),
        ("taken@example.org", "Another person already signs in with this address"),
        ("no address", "valid email address"),
    ],
)
def test_an_address_that_cannot_be_is_refused(
    agent: Client, person: User, email: str, output: str
) -> None:
    UserFactory(email="taken@example.org")

    assert output in _ask(agent, person, email).content.decode()
    assert not EmailChange.objects.exists()


def test_an_inbox_is_not_filled(agent: Client, person: User) -> None:
    for number in range(MOST_A_DAY + 1):
        answer = _ask(agent, person, f"victim{number}@example.org")

    assert "Too many changes of this address" in answer.content.decode()
    assert EmailChange.objects.count() == MOST_A_DAY


def test_who_sees_some_organizations_changes_nobodys_address() -> None:
    organization = OrganizationFactory()
    person = MembershipFactory(organization=organization).user
    limited = StaffFactory(may=AGENT, is_limited=True)
    StaffOrganization.objects.create(user=limited, organization=organization)

    answer = _ask(sudo_client(limited), person)

    assert answer.status_code == 403
    assert not EmailChange.objects.exists()


class TestPower:
    """Nobody comes into an account that may do more, whatever state it is in."""

    def deactivated(self) -> User:
        boss = self.by_role()
        user_deactivate(user=boss, actor=None)
        return boss

    def by_role(self) -> User:
        boss = UserFactory()
        role = RoleFactory(gives=["organizations.purge_organization"])
        user_set_roles(user=boss, roles=[role], actor=None)
        return boss

    @pytest.mark.parametrize("kind", ["superuser", "role", "deactivated"])
    @pytest.mark.parametrize(
        ("action", "more"),
        [
            ("change_email", {"email": NEW}),
            ("give_password_link", {}),
            ("end_sessions", {}),
            ("deactivate", {}),
            ("reactivate", {}),
            ("set_roles", {"roles": []}),
            ("set_scope", {"sees": "everything"}),
            ("impersonate", {}),
        ],
    )
    def test_an_administrator_does_nothing_to_an_account_with_more_power(
        self, kind: str, action: str, more: dict[str, Any]
    ) -> None:
        makers: dict[str, Callable[[], User]] = {
            "superuser": SuperuserFactory,
            "role": self.by_role,
            "deactivated": self.deactivated,
        }
        target = makers[kind]()
        administrator = StaffFactory()
        administrator.user_permissions.set(
            Permission.objects.exclude(codename="purge_organization")
        )
        before = User.objects.filter(pk=target.pk).values().get()

        client = sudo_client(administrator)
        answer = save(client, _url(target, action), {"reason": "x", **more})

        assert answer.status_code in (403, 409)
        assert "changed since" not in answer.content.decode()
        assert User.objects.filter(pk=target.pk).values().get() == before
        assert not EmailChange.objects.exists()
        assert mail.outbox == []

    def test_the_form_of_an_account_with_more_power_is_not_to_be_changed(self) -> None:
        target = self.by_role()
        client = sudo_client(may=LEAD)

        answer = client.post(
            reverse("admin:accounts_user_change", args=[target.pk]),
            {"first_name": "Hacked", "email": NEW, "_reason": "x"},
        )

        assert answer.status_code == 403
        assert User.objects.get(pk=target.pk).first_name != "Hacked"

    def test_an_account_that_got_more_power_before_the_confirmation_is_not_changed(
        self, agent: Client, person: User
    ) -> None:
        _ask(agent, person)
        link = _link()
        user_set_roles(user=person, roles=[RoleFactory(gives=["auth.view_group"])], actor=None)

        assert Client().post(link).status_code == 410
        assert _email(person) == "ida@example.org"
        assert EmailChange.objects.get().state == "void"

    @pytest.mark.parametrize("how", ["deactivated", "permission"])
    def test_a_requester_who_may_no_longer_do_it_voids_it(self, person: User, how: str) -> None:
        requester = StaffFactory(may=AGENT)
        _ask(sudo_client(requester), person)
        link = _link()
        if how == "deactivated":
            user_deactivate(user=requester, actor=None)
        else:
            requester.user_permissions.remove(permission("accounts.change_email"))

        assert Client().post(link).status_code == 410
        assert _email(person) == "ida@example.org"

    @pytest.mark.django_db(transaction=True)
    def test_a_role_that_is_given_while_the_address_is_confirmed_keeps_the_address(self) -> None:
        person, agent = UserFactory(email="ida@example.org"), StaffFactory(may=AGENT)
        _ask(sudo_client(agent), person)
        link, role = _link(), RoleFactory()

        while_uncommitted(
            lambda: user_set_roles(user=person, roles=[role], actor=None),
            lambda: Client().post(link),
        )

        assert _email(person) == "ida@example.org"


class TestSecondPerson:
    @pytest.fixture(autouse=True)
    def _listed(self, settings: Any) -> None:
        settings.FOUR_EYES = {"roles": 0}

    def test_a_colleagues_address_is_changed_by_two(self) -> None:
        decides = [*LEAD, "accounts.decide_approvalrequest"]
        asker, colleague = StaffFactory(may=decides), StaffFactory(may=decides)
        client = sudo_client(asker)

        page = client.get(_url(colleague)).content.decode()
        alone = _ask(client, colleague)
        asked = _ask(client, colleague, _ask="1")

        assert "A second person must approve this" in page
        assert alone.status_code == 409
        assert asked.status_code == 302
        assert not EmailChange.objects.exists()
        request = ApprovalRequest.objects.get()

        with pytest.raises(DomainError, match="own permissions"):
            approval_approve(request=request, actor=colleague)
        with pytest.raises(MissingPermission):
            approval_approve(
                request=request, actor=StaffFactory(may=["accounts.decide_approvalrequest"])
            )
        approval_approve(request=request, actor=StaffFactory(may=decides))
        Client().post(_link())

        assert _email(colleague) == NEW

    @pytest.mark.parametrize(
        "approver_may",
        [
            [*AGENT, "accounts.decide_approvalrequest"],
            [*LEAD, "accounts.decide_approvalrequest"],
        ],
        ids=["sets no roles", "has less power"],
    )
    def test_nobody_approves_what_their_power_does_not_reach(self, approver_may: list[str]) -> None:
        decides = [*LEAD, "accounts.decide_approvalrequest", "accounts.set_scope"]
        asker, colleague = StaffFactory(may=decides), StaffFactory(may=decides)
        approver = StaffFactory(may=approver_may, first_name="Samira", last_name="Support")

        alone = _ask(sudo_client(asker), colleague)
        _ask(sudo_client(asker), colleague, _ask="1")
        request = ApprovalRequest.objects.get()
        sudo_client(approver).post(
            reverse("admin:accounts_approvalrequest_approve", args=[request.pk]),
            {"reason": "Fine."},
        )

        assert "Samira Support" not in alone.content.decode()
        with pytest.raises((DomainError, MissingPermission)):
            approval_approve(request=request, actor=approver)
        request.refresh_from_db()
        assert request.state == "pending"
        assert not EmailChange.objects.exists()

    def test_a_members_address_is_changed_by_one(self, agent: Client, person: User) -> None:
        assert _ask(agent, person).status_code == 302
        assert EmailChange.objects.exists()

    def test_a_deactivated_approver_is_a_colleague_all_the_same(self) -> None:
        approver = UserFactory()
        role = RoleFactory(gives=["accounts.decide_approvalrequest"])
        user_set_roles(user=approver, roles=[role], actor=None)
        user_deactivate(user=approver, actor=None)
        administrator = StaffFactory(may=[*LEAD, "accounts.decide_approvalrequest"])
        client = sudo_client(administrator)

        _ask(client, approver)
        user_reactivate(user=approver, actor=administrator)
        answer = _ask(client, approver)

        assert answer.status_code == 409
        assert not EmailChange.objects.exists()


class TestOwn:
    def test_a_person_changes_their_own_address_with_a_fresh_factor(self, person: User) -> None:
        client = Client()
        client.force_login(person)
        url = reverse("account_change_address")
        asked = client.post(url, {"email": NEW})
        assert asked["Location"].startswith(reverse("account_sudo"))
        prove_factor(client)

        client.post(url, {"email": NEW})
        page = client.get(reverse("account_security")).content.decode()
        link = _link()
        Client().post(link)

        assert f"{NEW} to be confirmed" in page
        assert _email(person) == NEW
        assert client.get(reverse("account_security")).status_code == 302

    def test_a_change_from_before_a_deactivation_is_not_made_after_it(self, person: User) -> None:
        client = sudo_client(person)
        client.post(reverse("account_change_address"), {"email": NEW})
        link = _link()

        user_deactivate(user=person, actor=None)
        user_reactivate(user=person, actor=None)

        assert Client().post(link).status_code == 410
        assert _email(person) == "ida@example.org"

    def test_who_is_here_is_not_found_out_by_trying(self, person: User) -> None:
        UserFactory(email="taken@example.org")
        client = sudo_client(person)
        url = reverse("account_change_address")

        free = client.post(url, {"email": NEW})
        taken = client.post(url, {"email": "taken@example.org"})
        link = _link("taken@example.org")
        over = Client().post(link)

        assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
        assert over.status_code == 410
        assert _email(person) == "ida@example.org"

    def test_a_new_password_ends_what_the_old_one_has_asked_for(self) -> None:
        person = staff()
        client = sudo_client(person)
        client.post(reverse("account_change_address"), {"email": NEW})
        link = _link()
        client.post(
            reverse("account_change_password"),
            {
                "oldpassword": PASSWORD,
                "password1": "another horse battery",
                "password2": "another horse battery",
            },
        )

        assert Client().post(link).status_code == 410
        assert _email(person) == person.email

    def test_nobody_changes_it_in_somebody_elses_place(self, person: User) -> None:
        target = StaffFactory(may=["accounts.view_user"])
        lead = sudo_client(
            may=["accounts.view_user", "accounts.impersonate_user", "accounts.set_roles"]
        )
        lead.post(_url(target, "impersonate"), {"reason": "Case 4711."})

        assert lead.get(reverse("account_change_address")).status_code == 403
        answer = lead.post(reverse("account_change_address"), {"email": NEW})
        assert answer.status_code == 403
        assert not EmailChange.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "account_confirm_email",
        "account_email_verification_sent",
        "account_signup",
        "socialaccount_connections",
        "socialaccount_signup",
    ],
)
def test_the_pages_of_the_package_for_addresses_are_not_here(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
    with pytest.raises(NoReverseMatch):
        reverse(name, args=["key"])


def test_a_role_is_given_with_a_word_about_a_new_address(agent: Client, person: User) -> None:
    _ask(agent, person)
    Client().post(_link())

    page = sudo_client(may=LEAD).get(_url(person, "set_roles")).content.decode()

    assert "The e-mail address was changed on" in page
    assert "asked for by Ole Agent" in page
