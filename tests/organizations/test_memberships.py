"""Seats: given, changed, taken. An organization always keeps an owner."""

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import DomainError, MissingPermission
from apps.organizations.models import Membership, Organization
from apps.organizations.services import (
    membership_add,
    membership_remove,
    membership_update,
    memberships_remove,
    organization_create,
    organization_trash,
)
from tests.at_once import at_once
from tests.factories.accounts import DeactivatedUserFactory, StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.trace import last_trace, number_of_traces


@pytest.mark.django_db
class TestAdding:
    def test_gives_a_seat(self) -> None:
        clerk = StaffFactory(may=["organizations.add_membership"])
        organization, person = OrganizationFactory(), UserFactory()

        seat = membership_add(
            organization=organization, user=person, role="admin", actor=clerk, reason="She asked"
        )

        assert (seat.organization, seat.user, seat.role) == (organization, person, "admin")
        assert last_trace(seat) == ("+", clerk.pk, "She asked")

    def test_refuses_a_second_seat_a_deactivated_person_the_trash_and_an_unknown_role(self) -> None:
        seat = MembershipFactory()
        gone = OrganizationFactory()
        organization_trash(organization=gone, actor=None)

        with pytest.raises(DomainError, match="already a member"):
            membership_add(organization=seat.organization, user=seat.user, actor=None)
        with pytest.raises(DomainError, match="is deactivated"):
            membership_add(
                organization=seat.organization, user=DeactivatedUserFactory(), actor=None
            )
        with pytest.raises(DomainError, match="is in the trash"):
            membership_add(organization=gone, user=seat.user, actor=None)
        with pytest.raises(DomainError, match="“chair” is not a role"):
            membership_add(
                organization=seat.organization, user=UserFactory(), role="chair", actor=None
            )

        assert list(Membership.objects.all()) == [seat]

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
        seat = MembershipFactory(role="viewer")

        membership_update(membership=seat, role="admin", actor=clerk, reason="Promoted")

        seat.refresh_from_db()
        assert seat.role == "admin"
        assert last_trace(seat) == ("~", clerk.pk, "Promoted")

    def test_the_same_role_leaves_no_trace(self) -> None:
        seat = MembershipFactory(role="viewer")

        membership_update(membership=seat, role="viewer", actor=None)

        assert number_of_traces(seat) == 1

    def test_the_last_owner_stays_one(self) -> None:
        seat = OwnerFactory(organization__name="Acme")
        MembershipFactory(organization=seat.organization, role="admin")

        with pytest.raises(DomainError, match="Acme would have no owner"):
            membership_update(membership=seat, role="admin", actor=None)

        seat.refresh_from_db()
        assert seat.role == "owner"

    def test_anyone_answers_for_it_keeps_an_owners_seat(self) -> None:
        organization = organization_create(name="Acme", owner=UserFactory(), actor=None)
        OwnerFactory(organization=organization)
        seat = organization.memberships.get(user=organization.owner)

        with pytest.raises(DomainError, match="Choose another owner first"):
            membership_update(membership=seat, role="member", actor=None)

        seat.refresh_from_db()
        assert seat.role == "owner"

    def test_needs_its_permission(self) -> None:
        seat = MembershipFactory(role="viewer")

        with pytest.raises(MissingPermission, match="change_membership"):
            membership_update(membership=seat, role="owner", actor=StaffFactory())

        seat.refresh_from_db()
        assert seat.role == "viewer"


@pytest.mark.django_db
class TestRemoving:
    def test_takes_the_seat_and_keeps_its_history(self) -> None:
        clerk = StaffFactory(may=["organizations.delete_membership"])
        seat = MembershipFactory()

        membership_remove(membership=seat, actor=clerk, reason="Left")

        assert not Membership.objects.exists()
        assert last_trace(seat) == ("-", clerk.pk, "Left")

    def test_one_of_two_owners_may_go_and_the_last_may_not(self) -> None:
        first, second = OwnerFactory.create_batch(2, organization=OrganizationFactory())

        membership_remove(membership=first, actor=None)
        with pytest.raises(DomainError, match="have no owner"):
            membership_remove(membership=second, actor=None)

        assert list(Membership.objects.all()) == [second]

    def test_a_seat_that_is_gone_says_so(self) -> None:
        seat = MembershipFactory()
        membership_remove(membership=seat, actor=None)

        with pytest.raises(DomainError, match="no longer exists"):
            membership_remove(membership=seat, actor=None)

    def test_needs_its_permission(self) -> None:
        seat = MembershipFactory()

        with pytest.raises(MissingPermission, match="delete_membership"):
            membership_remove(membership=seat, actor=StaffFactory())

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
            [lambda seat=seat: membership_remove(membership=seat, actor=None) for seat in owners]
        )

        assert sorted(outcomes) == ["DomainError", "done"]
        assert Membership.objects.owners().count() == 1

    def test_two_deletions_past_the_services_leave_one_owner(
        self, owners: list[Membership]
    ) -> None:
        outcomes = at_once(
            [lambda seat=seat: Membership.objects.filter(pk=seat.pk).delete() for seat in owners],
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

    def test_the_database_keeps_the_owners_seat_of_anyone_answers(self) -> None:
        organization = organization_create(name="Acme", owner=UserFactory(), actor=None)
        OwnerFactory(organization=organization)

        with pytest.raises(IntegrityError, match="would lose the owner's seat"):
            Membership.objects.filter(user=organization.owner).delete()
        with pytest.raises(IntegrityError, match="holds no owner's seat"):
            Organization.objects.update(owner=UserFactory())
