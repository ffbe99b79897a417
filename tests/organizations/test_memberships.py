"""Memberships: given, changed, taken. An organization always keeps an owner."""

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import DomainError, MissingPermission
from apps.core.trash.services import record_trash
from apps.organizations.models import Membership, Organization
from apps.organizations.services import (
    membership_add,
    membership_remove,
    membership_update,
    memberships_remove,
    organization_create,
)
from tests.at_once import at_once
from tests.factories.accounts import DeactivatedUserFactory, StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.trace import last_trace, number_of_traces


@pytest.mark.django_db
class TestAdding:
    def test_gives_a_membership(self) -> None:
        clerk = StaffFactory(may=["organizations.add_membership"])
        organization, person = OrganizationFactory(), UserFactory()

        membership = membership_add(
            organization=organization, user=person, role="admin", actor=clerk, reason="She asked"
        )

        assert (membership.organization, membership.user, membership.role) == (
            organization,
            person,
            "admin",
        )
        assert last_trace(membership) == ("+", clerk.pk, "She asked")

    def test_refuses_a_second_membership_a_deactivated_person_the_trash_and_an_unknown_role(
        self,
    ) -> None:
        membership = MembershipFactory()
        gone = OrganizationFactory()
        record_trash(record=gone, actor=None)

        with pytest.raises(DomainError, match="already a member"):
            membership_add(organization=membership.organization, user=membership.user, actor=None)
        with pytest.raises(DomainError, match="is deactivated"):
            membership_add(
                organization=membership.organization, user=DeactivatedUserFactory(), actor=None
            )
        with pytest.raises(DomainError, match="is in the trash"):
            membership_add(organization=gone, user=membership.user, actor=None)
        with pytest.raises(DomainError, match="“chair” is not a role"):
            membership_add(
                organization=membership.organization, user=UserFactory(), role="chair", actor=None
            )

        assert list(Membership.objects.all()) == [membership]

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="add_membership"):
            membership_add(
                organization=OrganizationFactory(), user=UserFactory(), actor=StaffFactory()
            )

        assert not Membership.objects.exists()


@pytest.mark.django_db
class TestChangingARole:
    def test_changes_it(self) -> None:
        clerk = StaffFactory(may=["organizations.change_membership"])
        membership = MembershipFactory(role="viewer")

        membership_update(membership=membership, role="admin", actor=clerk, reason="Promoted")

        membership.refresh_from_db()
        assert membership.role == "admin"
        assert last_trace(membership) == ("~", clerk.pk, "Promoted")

    def test_the_same_role_leaves_no_trace(self) -> None:
        membership = MembershipFactory(role="viewer")

        membership_update(membership=membership, role="viewer", actor=None)

        assert number_of_traces(membership) == 1

    def test_the_last_owner_stays_one(self) -> None:
        membership = OwnerFactory(organization__name="Acme")
        MembershipFactory(organization=membership.organization, role="admin")

        with pytest.raises(DomainError, match="Acme would have no owner"):
            membership_update(membership=membership, role="admin", actor=None)

        membership.refresh_from_db()
        assert membership.role == "owner"

    def test_anyone_answers_for_it_keeps_an_owners_membership(self) -> None:
        organization = organization_create(name="Acme", owner=UserFactory(), actor=None)
        OwnerFactory(organization=organization)
        membership = organization.memberships.get(user=organization.owner)

        with pytest.raises(DomainError, match="Choose another owner first"):
            membership_update(membership=membership, role="member", actor=None)

        membership.refresh_from_db()
        assert membership.role == "owner"

    def test_needs_its_permission(self) -> None:
        membership = MembershipFactory(role="viewer")

        with pytest.raises(MissingPermission, match="change_membership"):
            membership_update(membership=membership, role="owner", actor=StaffFactory())

        membership.refresh_from_db()
        assert membership.role == "viewer"


@pytest.mark.django_db
class TestRemoving:
    def test_takes_the_membership_and_keeps_its_history(self) -> None:
        clerk = StaffFactory(may=["organizations.delete_membership"])
        membership = MembershipFactory()

        membership_remove(membership=membership, actor=clerk, reason="Left")

        assert not Membership.objects.exists()
        assert last_trace(membership) == ("-", clerk.pk, "Left")

    def test_one_of_two_owners_may_go_and_the_last_may_not(self) -> None:
        first, second = OwnerFactory.create_batch(2, organization=OrganizationFactory())

        membership_remove(membership=first, actor=None)
        with pytest.raises(DomainError, match="have no owner"):
            membership_remove(membership=second, actor=None)

        assert list(Membership.objects.all()) == [second]

    def test_a_membership_that_is_gone_says_so(self) -> None:
        membership = MembershipFactory()
        membership_remove(membership=membership, actor=None)

        with pytest.raises(DomainError, match="no longer exists"):
            membership_remove(membership=membership, actor=None)

    def test_needs_its_permission(self) -> None:
        membership = MembershipFactory()

        with pytest.raises(MissingPermission, match="delete_membership"):
            membership_remove(membership=membership, actor=StaffFactory())

        assert Membership.objects.exists()

    def test_many_go_at_once_or_none(self) -> None:
        clerk = StaffFactory(may=["organizations.delete_membership"])
        owner = OwnerFactory()
        members = MembershipFactory.create_batch(3, organization=owner.organization)

        with pytest.raises(DomainError, match="have no owner"):
            memberships_remove(memberships=Membership.objects.all(), actor=clerk)
        assert Membership.objects.count() == 4
        removed = memberships_remove(
            memberships=Membership.objects.exclude(role="owner"), actor=clerk, reason="Cleared"
        )

        assert removed == 3
        assert list(Membership.objects.all()) == [owner]
        assert last_trace(members[0]) == ("-", clerk.pk, "Cleared")


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    """Two last owners are taken away by two transactions that both see two owners."""

    @pytest.fixture
    def owners(self) -> list[Membership]:
        return OwnerFactory.create_batch(2, organization=OrganizationFactory())

    def test_two_removals_leave_one_owner(self, owners: list[Membership]) -> None:
        outcomes = at_once(
            [
                lambda membership=membership: membership_remove(membership=membership, actor=None)
                for membership in owners
            ]
        )

        assert sorted(outcomes) == ["DomainError", "done"]
        assert Membership.objects.owners().count() == 1

    def test_two_deletions_past_the_services_leave_one_owner(
        self, owners: list[Membership]
    ) -> None:
        outcomes = at_once(
            [
                lambda membership=membership: Membership.objects.filter(pk=membership.pk).delete()
                for membership in owners
            ],
            inside_transaction=True,
        )

        assert sorted(outcomes) == ["IntegrityError", "done"]
        assert Membership.objects.owners().count() == 1

    def test_ownership_may_change_hands_in_any_order_within_a_transaction(
        self, owners: list[Membership]
    ) -> None:
        _first, second = owners
        with transaction.atomic():
            Membership.objects.all().update(role="member")
            Membership.objects.filter(pk=second.pk).update(role="owner")

        assert list(Membership.objects.owners()) == [second]

    def test_the_database_keeps_the_owners_membership_of_anyone_answers(self) -> None:
        organization = organization_create(name="Acme", owner=UserFactory(), actor=None)
        OwnerFactory(organization=organization)

        with pytest.raises(IntegrityError, match="would lose the owner's membership"):
            Membership.objects.filter(user=organization.owner).delete()
        with pytest.raises(IntegrityError, match="is not a member with the role owner"):
            Organization.objects.update(owner=UserFactory())
