"""Limiting a colleague: who may, how far, and what is kept of it."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.people_scope import scope_in_words
from apps.accounts.services import user_create, user_deactivate, user_reactivate, user_set_roles
from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.core.trash.services import record_purge
from apps.organizations.models import Membership, Organization, StaffOrganization
from apps.organizations.services import (
    invitation_create,
    membership_add,
    organization_create,
    organization_set_owner,
    user_set_scope,
)
from tests.factories.accounts import RoleFactory, StaffFactory, SuperuserFactory, UserFactory
from tests.forms import save
from tests.scope.conftest import House, text


def limit(user: User, *organizations: Organization, actor: User | None = None) -> str:
    return user_set_scope(
        user=user, is_limited=True, organizations=organizations, actor=actor, reason="Why not"
    )


class TestWhoIsLimited:
    def test_nobody_is_by_default(self, db: None, near: House, far: House) -> None:
        assert set(Organization.objects.for_staff(StaffFactory())) == {
            near.organization,
            far.organization,
        }

    def test_without_an_organization_nothing_is_seen(self, near: House) -> None:
        staff = StaffFactory()

        assert limit(staff) == "nothing"

        assert not Organization.objects.for_staff(staff).exists()
        assert list(User.objects.for_staff(staff)) == [staff]

    def test_to_take_the_last_organization_away_does_not_widen(
        self, agent: User, near: House, boss: User
    ) -> None:
        record_purge(record=near.trashed_organization, actor=boss, reason="Asked")
        limit(agent, actor=boss)

        assert not Organization.all_objects.for_staff(User.objects.get(pk=agent.pk)).exists()

    def test_a_superuser_never_is(self, near: House) -> None:
        superuser = SuperuserFactory(is_limited=True)

        assert list(Organization.objects.for_staff(superuser)) == [near.organization]
        with pytest.raises(DomainError, match="Superusers see everything"):
            limit(superuser)

    def test_who_is_not_signed_in_sees_nothing(self, near: House) -> None:
        assert not Organization.objects.for_staff(AnonymousUser()).exists()
        assert not User.objects.for_staff(AnonymousUser()).exists()

    def test_a_pending_invitation_shows_nobody(self, agent: User, near: House, far: House) -> None:
        invitation_create(
            organization=near.organization, email=far.person.email, role="member", actor=agent
        )

        assert far.person not in User.objects.for_staff(agent)


class TestWhoMay:
    def test_it_asks_for_its_own_permission(self, near: House) -> None:
        clerk = StaffFactory(may=["accounts.set_roles", "accounts.change_user"])

        with pytest.raises(MissingPermission, match=r"accounts\.set_scope"):
            limit(StaffFactory(), near.organization, actor=clerk)

    def test_nobody_changes_their_own(self, near: House) -> None:
        clerk = StaffFactory(may=["accounts.set_scope"])

        with pytest.raises(DomainError, match="You can't change your own access"):
            limit(clerk, near.organization, actor=clerk)

    def test_who_is_limited_lets_nobody_see_everything(self, agent: User, near: House) -> None:
        with pytest.raises(DomainError, match="can't give others full access"):
            user_set_scope(user=near.person, is_limited=False, actor=agent)

    def test_who_is_limited_gives_no_organization_that_they_do_not_see(
        self, agent: User, near: House, far: House
    ) -> None:
        with pytest.raises(DomainError, match="no longer exists, or is outside your scope"):
            limit(near.person, far.organization, actor=agent)
        assert not StaffOrganization.objects.filter(user=near.person).exists()

    def test_who_is_limited_gives_what_they_see_and_leaves_what_they_do_not(
        self, agent: User, near: House, far: House
    ) -> None:
        limit(near.person, far.organization)

        limit(near.person, near.organization, actor=agent)
        limit(near.person, actor=agent)

        kept = StaffOrganization.objects.filter(user=near.person)
        assert [each.organization for each in kept] == [far.organization]

    def test_who_is_limited_does_not_decide_over_who_sees_more(
        self, agent: User, near: House, far: House
    ) -> None:
        colleague = StaffFactory()
        membership_add(organization=near.organization, user=colleague, actor=None)

        for decide in (
            lambda: limit(colleague, near.organization, actor=agent),
            lambda: user_set_roles(user=colleague, roles=[RoleFactory()], actor=agent),
        ):
            with pytest.raises(DomainError, match="can see more than you"):
                decide()

    def test_who_is_limited_makes_nobody_staff_who_would_see_more(
        self, agent: User, near: House
    ) -> None:
        role = RoleFactory()

        with pytest.raises(DomainError, match="Limit their access to your organizations first"):
            user_set_roles(user=near.person, roles=[role], actor=agent)
        limit(near.person, near.organization, actor=agent)
        user_set_roles(user=near.person, roles=[role], actor=agent)

        assert User.objects.get(pk=near.person.pk).is_staff


class TestWhatItLeaves:
    def test_both_tables_and_an_event_tell_it(self, boss: User, near: House) -> None:
        staff = StaffFactory()

        limit(staff, near.organization, actor=boss)

        assert staff.history.first().is_limited
        assert staff.history.first().history_change_reason == "Why not"
        (entry,) = StaffOrganization.history.filter(user_id=staff.pk)
        assert entry.organization_id == near.organization.pk
        event = Event.objects.get(kind="scope_change")
        assert event.target_pk == str(staff.pk)
        assert event.data["before"] == "everything"
        assert event.data["after"] == "1 organization"

    def test_what_changes_nothing_leaves_nothing(self, boss: User, near: House) -> None:
        staff = StaffFactory()
        limit(staff, near.organization, actor=boss)
        rows = staff.history.count()

        limit(staff, near.organization, actor=boss)

        assert staff.history.count() == rows
        assert Event.objects.filter(kind="scope_change").count() == 1

    def test_the_timeline_of_the_person_says_it(
        self, boss_client: Client, agent: User, near: House
    ) -> None:
        page = text(boss_client.get(reverse("admin:accounts_user_history", args=[agent.pk])))

        assert "limited access to 1 organization (was everything)" in page
        assert f"added {near.organization.name} to what they can see" in page


class TestWhatWhoIsLimitedMayNotMake:
    def test_an_organization(self, agent: User) -> None:
        with pytest.raises(DomainError, match="Ask a colleague with full access"):
            organization_create(name="Mine", actor=agent)

    def test_a_person_so_that_an_address_is_not_tried_out(self, agent: User, far: House) -> None:
        for email in (far.person.email, "nobody@example.org"):
            with pytest.raises(DomainError, match="Invite the person") as refusal:
                user_create(email=email, actor=agent)
            assert far.person.email not in refusal.value.message

    def test_what_reaches_beyond_their_organizations(
        self, client: Client, agent: User, near: House
    ) -> None:
        address = reverse("admin:accounts_user_change", args=[near.person.pk])

        for change in (user_deactivate, user_reactivate):
            with pytest.raises(DomainError, match="can belong to any organization"):
                change(user=near.person, actor=agent)
        answer = save(
            client,
            address,
            {
                "first_name": "Adah",
                "last_name": "H",
                "email": "taken@over.example",
                "memberships-TOTAL_FORMS": "0",
                "memberships-INITIAL_FORMS": "0",
                "_reason": "x",
            },
        )

        near.person.refresh_from_db()
        assert (near.person.status, near.person.email) == ("active", "inlet@example.org")
        assert near.person.first_name == "Adah", answer.context and answer.context["errors"]

    def test_an_owner_or_a_member_out_of_sight(self, agent: User, near: House, far: House) -> None:
        unknown = UserFactory.build(pk=uuid4())
        for person in (far.person, unknown):
            with pytest.raises(DomainError, match="outside your scope"):
                membership_add(organization=near.organization, user=person, actor=agent)
            with pytest.raises(DomainError, match="outside your scope"):
                organization_set_owner(organization=near.organization, owner=person, actor=agent)
        assert not Membership.objects.filter(
            user=far.person, organization=near.organization
        ).exists()


class TestThePage:
    def address(self, user: User) -> str:
        return reverse("admin:accounts_user_set_scope", args=[user.pk])

    def test_it_limits_and_says_so(self, boss_client: Client, near: House) -> None:
        staff = StaffFactory()

        page = boss_client.get(self.address(staff))
        done = save(
            boss_client,
            self.address(staff),
            {"sees": "some", "organizations": [str(near.organization.pk)], "reason": "New desk"},
        )

        assert page.status_code == 200
        assert done.status_code == 302
        assert scope_in_words(User.objects.get(pk=staff.pk)) == "1 organization"
        shown = text(boss_client.get(reverse("admin:accounts_user_change", args=[staff.pk])))
        assert "Only 1 organization" in shown

    def test_everything_and_a_list_contradict_one_another(
        self, boss_client: Client, agent: User, near: House
    ) -> None:
        answer = save(
            boss_client,
            self.address(agent),
            {"sees": "everything", "organizations": [str(near.organization.pk)], "reason": "x"},
        )

        assert answer.status_code == 200
        assert "Remove these" in text(answer)

    def test_it_asks_for_a_fresh_factor(self, boss: User, agent: User) -> None:
        client = Client()
        client.force_login(boss)

        answer = client.get(self.address(agent))

        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_sudo"))

    def test_it_is_not_offered_without_the_permission(self, near: House) -> None:
        client = Client()
        client.force_login(StaffFactory(may=["accounts.view_user", "accounts.change_user"]))

        assert client.get(self.address(near.person)).status_code == 403

    def test_who_is_limited_is_offered_their_own_organizations(
        self, client: Client, near: House, far: House
    ) -> None:
        page: Any = client.get(self.address(near.person))
        forged = save(
            client,
            self.address(near.person),
            {"sees": "some", "organizations": [str(far.organization.pk)], "reason": "x"},
        )

        assert "Every organization" not in text(page)
        assert forged.status_code == 200
        assert not StaffOrganization.objects.filter(user=near.person).exists()

    def test_the_menu_says_what_one_sees(self, client: Client, boss_client: Client) -> None:
        assert "You see 1 organization" in text(client.get(reverse("admin:index")))
        assert "data-scope" not in text(boss_client.get(reverse("admin:index")))
