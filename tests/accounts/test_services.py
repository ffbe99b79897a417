"""People: created, deactivated, reactivated, given roles; never deleted."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.services import (
    user_create,
    user_deactivate,
    user_deactivation_warnings,
    user_reactivate,
    user_set_roles,
)
from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.organizations.services import organization_create
from tests.factories.accounts import (
    DeactivatedUserFactory,
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
)
from tests.trace import last_trace, number_of_traces

pytestmark = pytest.mark.django_db

SIGN_IN = "a long and quiet afternoon"


class TestCreating:
    def test_without_a_password_they_cannot_sign_in(self) -> None:
        clerk = StaffFactory(may=["accounts.add_user"])

        person = user_create(
            email=" Zoe@Example.ORG", first_name=" Zoë ", actor=clerk, reason="New"
        )

        person.refresh_from_db()
        assert (person.email, person.first_name) == ("zoe@example.org", "Zoë")
        assert not person.has_usable_password()
        assert last_trace(person) == ("+", clerk.pk, "New")

    @pytest.mark.parametrize(
        ("email", "output"),
        [
            ("HERE@example.org", "already exists"),
            ("nobody", "valid email"),
            ("", "blank"),
            ("a\x00@example.org", "NUL"),
            ("x" * 250 + "@example.org", "254"),
        ],
    )
    def test_refuses_what_does_not_fit(self, email: str, output: str) -> None:
        UserFactory(email="here@example.org")

        with pytest.raises(DomainError, match=output):
            user_create(email=email, actor=None)

        assert User.objects.count() == 1

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="add_user"):
            user_create(email="zoe@example.org", actor=StaffFactory())


class TestDeactivating:
    def test_shuts_the_person_out_and_says_why_in_the_history(self) -> None:
        clerk, person = StaffFactory(may=["accounts.change_user"]), UserFactory()

        warnings = user_deactivate(user=person, actor=clerk, reason="Left")

        person.refresh_from_db()
        assert (person.status, person.is_active, warnings) == ("deactivated", False, [])
        assert last_trace(person) == ("~", clerk.pk, "Left")

    def test_ends_their_sessions_at_the_next_request_and_their_signing_in(
        self, client: Client
    ) -> None:
        person = SuperuserFactory()
        person.set_password(SIGN_IN)
        person.save()
        sign_in = {"login": person.email, "password": SIGN_IN}
        client.post(reverse("account_login"), sign_in)
        assert client.get(reverse("admin:index")).status_code == 200

        user_deactivate(user=person, actor=None)

        assert client.get(reverse("admin:index")).status_code == 302
        refused = client.post(reverse("account_login"), sign_in)
        assert refused.status_code == 200
        assert client.get(reverse("admin:index")).status_code == 302

    def test_an_owner_may_be_deactivated_but_it_is_said(self) -> None:
        owner = UserFactory(first_name="Aoife", last_name="O'Hara")
        for name in ("Acme", "Bolt", "Cog", "Dyn"):
            organization_create(name=name, owner=owner, actor=None)
        other = UserFactory()
        organization_create(name="Egg", owner=other, actor=None)

        assert user_deactivation_warnings(owner, None) == user_deactivate(user=owner, actor=None)
        (several,) = user_deactivation_warnings(owner, None)
        (one,) = user_deactivation_warnings(other, None)
        assert several == (
            "Aoife O'Hara is still the owner of 4 organizations: Acme, Bolt, Cog and 1 more. "
            "Choose other owners first."
        )
        assert one.endswith("is still the owner of Egg. Choose another owner first.")

    def test_nobody_deactivates_themselves_or_twice(self) -> None:
        clerk = StaffFactory(may=["accounts.change_user", "accounts.set_roles"])
        gone = DeactivatedUserFactory()

        with pytest.raises(DomainError, match="You can't deactivate your own"):
            user_deactivate(user=clerk, actor=clerk)
        with pytest.raises(DomainError, match="is already deactivated"):
            user_deactivate(user=gone, actor=clerk)

        clerk.refresh_from_db()
        assert clerk.is_active
        assert number_of_traces(gone) == 1

    def test_staff_is_shut_out_only_by_who_may_set_roles(self) -> None:
        clerk, boss = StaffFactory(may=["accounts.change_user"]), SuperuserFactory()

        with pytest.raises(MissingPermission, match="set_roles"):
            user_deactivate(user=boss, actor=clerk)

        boss.refresh_from_db()
        assert boss.is_active

    def test_needs_its_permission(self) -> None:
        person = UserFactory()

        with pytest.raises(MissingPermission, match="change_user"):
            user_deactivate(user=person, actor=StaffFactory())

        person.refresh_from_db()
        assert person.is_active


class TestReactivating:
    def test_lets_the_person_in_again(self) -> None:
        clerk, person = StaffFactory(may=["accounts.change_user"]), DeactivatedUserFactory()

        user_reactivate(user=person, actor=clerk, reason="Came back")

        person.refresh_from_db()
        assert person.is_active
        assert last_trace(person) == ("~", clerk.pk, "Came back")

    def test_refuses_the_active_and_the_unpermitted(self) -> None:
        with pytest.raises(DomainError, match="is already active"):
            user_reactivate(user=UserFactory(), actor=None)
        with pytest.raises(MissingPermission, match="change_user"):
            user_reactivate(user=DeactivatedUserFactory(), actor=StaffFactory())


class TestSettingRoles:
    def test_gives_and_takes_and_leaves_an_event(self) -> None:
        boss, person = StaffFactory(may=["accounts.set_roles", "auth.view_group"]), UserFactory()
        desk, lobby = RoleFactory(name="Desk", gives=["auth.view_group"]), RoleFactory(name="Lobby")
        user_set_roles(user=person, roles=[desk], actor=None)

        outcome = user_set_roles(user=person, roles=[lobby], actor=boss, reason="Moved")

        person.refresh_from_db()
        assert outcome == (["Lobby"], ["Desk"])
        assert list(person.groups.all()) == [lobby]
        assert person.is_staff
        event = Event.objects.filter(kind="role_change").latest("id")
        assert (event.target_pk, event.data) == (
            str(person.pk),
            {"given": ["Lobby"], "taken": ["Desk"]},
        )
        assert event.change_set is not None
        assert (event.change_set.actor_id, event.change_set.reason) == (boss.pk, "Moved")

    def test_without_a_role_one_may_not_sign_in_to_the_back_office(self) -> None:
        person = UserFactory()
        user_set_roles(user=person, roles=[RoleFactory()], actor=None)

        user_set_roles(user=person, roles=[], actor=None)

        person.refresh_from_db()
        assert not person.is_staff

    def test_nobody_changes_their_own_roles(self) -> None:
        boss = StaffFactory(may=["accounts.set_roles"])

        with pytest.raises(DomainError, match="You can't change your own roles"):
            user_set_roles(user=boss, roles=[RoleFactory()], actor=boss)

        assert not boss.groups.exists()

    def test_nobody_gives_or_takes_more_than_they_have(self) -> None:
        boss = StaffFactory(may=["accounts.set_roles"])
        mighty = RoleFactory(name="Mighty", gives=["organizations.purge_organization"])
        holder, newcomer = UserFactory(), UserFactory()
        user_set_roles(user=holder, roles=[mighty], actor=None)

        for person, roles, output in (
            (newcomer, [mighty], "The role Mighty has permissions that you don't have"),
            (holder, [], "has a permission that you don't have"),
        ):
            with pytest.raises(DomainError, match=output):
                user_set_roles(user=person, roles=roles, actor=boss)

        assert list(mighty.user_set.all()) == [holder]
        newcomer.refresh_from_db()
        assert not newcomer.is_staff

    def test_needs_its_permission(self) -> None:
        person = UserFactory()

        with pytest.raises(MissingPermission, match="set_roles"):
            user_set_roles(
                user=person,
                roles=[RoleFactory()],
                actor=StaffFactory(may=["accounts.change_user", "auth.change_group"]),
            )

        assert not Group.objects.filter(user=person).exists()


class TestNeverDeleting:
    def test_the_database_refuses_to_delete_a_person(self) -> None:
        person = UserFactory()

        with (
            pytest.raises(IntegrityError, match="deactivated, never deleted"),
            transaction.atomic(),
        ):
            person.delete()
        with (
            pytest.raises(IntegrityError, match="deactivated, never deleted"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM accounts_user")

        assert User.objects.get() == person
