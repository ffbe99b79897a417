"""Organizations: created, handed over, trashed, restored, purged."""

import pytest

from apps.core.errors import DomainError, MissingPermission
from apps.core.trash.services import record_purge, record_trash, records_purge, records_trash
from apps.organizations.models import (
    Invitation,
    Membership,
    Organization,
    TrashedOrganization,
)
from apps.organizations.services import (
    organization_create,
    organization_restore,
    organization_set_owner,
    organizations_restore,
)
from apps.projects.models import Project, Task
from tests.factories.accounts import DeactivatedUserFactory, StaffFactory, UserFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    OwnerFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.trace import last_trace

pytestmark = pytest.mark.django_db


class TestCreating:
    def test_makes_a_slug_from_the_name_and_an_owners_membership(self) -> None:
        clerk, owner = StaffFactory(may=["organizations.add_organization"]), UserFactory()

        organization = organization_create(
            name="  Café Zürich ", owner=owner, actor=clerk, reason="New customer"
        )

        organization.refresh_from_db()
        assert (organization.name, organization.slug) == ("Café Zürich", "cafe-zurich")
        assert organization.owner == owner
        assert organization.memberships.get().role == "owner"
        assert last_trace(organization) == ("~", clerk.pk, "New customer")
        assert last_trace(organization.memberships.get()) == ("+", clerk.pk, "New customer")

    def test_numbers_a_slug_that_is_taken(self) -> None:
        names = [organization_create(name="Acme", actor=None).slug for _ in range(3)]

        assert names == ["acme", "acme-2", "acme-3"]

    def test_takes_the_slug_of_one_in_the_trash(self) -> None:
        record_trash(record=OrganizationFactory(slug="acme"), actor=None)

        assert organization_create(name="Acme", actor=None).slug == "acme"

    @pytest.mark.parametrize("name", ["شركة النور", "青空", "!!!", "x" * 200])
    def test_finds_a_slug_for_a_name_of_any_script(self, name: str) -> None:
        organization = organization_create(name=name, actor=None)

        organization.full_clean()

    @pytest.mark.parametrize(
        ("given", "output"),
        [
            ({"name": " "}, "blank"),
            ({"name": "Acme", "slug": "no spaces"}, "slug"),
            ({"name": "Acme", "slug": "taken"}, "Another organization has this slug."),
            ({"name": "Acme", "external_id": "C-1"}, "Another organization has this external ID."),
            ({"name": "x" * 201}, "200"),
            ({"name": "Acme", "status": "asleep"}, "asleep"),
            ({"name": "Ac\x00me"}, "NUL"),
        ],
    )
    def test_refuses_what_does_not_fit_and_makes_nothing(
        self, given: dict[str, str], output: str
    ) -> None:
        OrganizationFactory(slug="taken", external_id="C-1")

        with pytest.raises(DomainError, match=output):
            organization_create(**given, owner=UserFactory(), actor=None)

        assert Organization.all_objects.count() == 1
        assert not Membership.objects.exists()

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="add_organization"):
            organization_create(name="Acme", actor=StaffFactory())

        assert not Organization.all_objects.exists()

    def test_refuses_a_deactivated_owner_and_makes_nothing(self) -> None:
        with pytest.raises(DomainError, match="is deactivated"):
            organization_create(name="Acme", owner=DeactivatedUserFactory(), actor=None)

        assert not Organization.all_objects.exists()


class TestHandingOver:
    def test_raises_the_new_owners_membership_and_leaves_the_old_ones(self) -> None:
        clerk = StaffFactory(
            may=["organizations.change_organization", "organizations.change_membership"]
        )
        before, membership = UserFactory(), MembershipFactory(role="viewer")
        organization = membership.organization
        organization_set_owner(organization=organization, owner=before, actor=None)

        organization_set_owner(
            organization=organization, owner=membership.user, actor=clerk, reason="She left"
        )

        organization.refresh_from_db()
        assert organization.owner == membership.user
        roles = dict(organization.memberships.values_list("user", "role"))
        assert roles == {before.pk: "owner", membership.user_id: "owner"}
        assert last_trace(organization) == ("~", clerk.pk, "She left")
        assert last_trace(membership) == ("~", clerk.pk, "She left")

    def test_refuses_a_deactivated_owner_one_who_is_it_already_and_one_in_the_trash(self) -> None:
        owner = UserFactory()
        organization = organization_create(name="Acme", owner=owner, actor=None)
        gone = OrganizationFactory(name="Gone")
        record_trash(record=gone, actor=None)

        with pytest.raises(DomainError, match="is deactivated"):
            organization_set_owner(
                organization=organization, owner=DeactivatedUserFactory(), actor=None
            )
        with pytest.raises(DomainError, match="is already the owner of Acme"):
            organization_set_owner(organization=organization, owner=owner, actor=None)
        with pytest.raises(DomainError, match="Gone is in the trash"):
            organization_set_owner(organization=gone, owner=owner, actor=None)

        organization.refresh_from_db()
        assert organization.owner == owner
        assert Membership.objects.count() == 1

    def test_needs_both_permissions(self) -> None:
        organization = OrganizationFactory()
        with pytest.raises(MissingPermission, match="change_membership"):
            organization_set_owner(
                organization=organization,
                owner=UserFactory(),
                actor=StaffFactory(may=["organizations.change_organization"]),
            )

        assert not organization.memberships.exists()


class TestTrashing:
    def test_takes_the_living_projects_along_and_nobody_elses(self) -> None:
        clerk = StaffFactory(may=["organizations.delete_organization"])
        organization = OrganizationFactory()
        going = ProjectFactory(organization=organization)
        staying = ProjectFactory()

        counts = record_trash(record=organization, actor=clerk, reason="Duplicate")

        for record in (organization, going, staying):
            record.refresh_from_db()
        assert (counts[Organization], counts[Project]) == (1, 1)
        assert organization.is_deleted
        assert organization.deleted_by == clerk
        assert going.trash_id == organization.trash_id
        assert not staying.is_deleted
        assert not Organization.objects.filter(pk=organization.pk).exists()
        assert last_trace(organization) == ("~", clerk.pk, "Duplicate")
        assert last_trace(going) == ("~", clerk.pk, "Duplicate")

    def test_refuses_what_is_in_the_trash_already(self) -> None:
        organization = OrganizationFactory()
        record_trash(record=organization, actor=None)
        first_time = Organization.all_objects.get().deleted_at

        with pytest.raises(DomainError, match="already in the trash"):
            record_trash(record=organization, actor=None)

        assert Organization.all_objects.get().deleted_at == first_time

    def test_needs_its_permission(self) -> None:
        organization = OrganizationFactory()

        with pytest.raises(MissingPermission, match="delete_organization"):
            record_trash(record=organization, actor=StaffFactory())

        assert Organization.objects.get() == organization

    def test_many_go_in_a_constant_number_of_statements(
        self, django_assert_max_num_queries: object
    ) -> None:
        for organization in OrganizationFactory.create_batch(30):
            ProjectFactory(organization=organization)

        with django_assert_max_num_queries(8):  # type: ignore[operator]
            counts = records_trash(records=Organization.objects.order_by("name"), actor=None)

        assert (counts[Organization], counts[Project]) == (30, 30)
        assert Organization.all_objects.values("trash_id").distinct().count() == 1


class TestRestoring:
    def test_brings_back_exactly_what_went_with_it(self) -> None:
        clerk = StaffFactory(may=["organizations.restore_organization"])
        organization = OrganizationFactory()
        earlier, along = ProjectFactory.create_batch(2, organization=organization)
        other = OrganizationFactory()
        others_project = ProjectFactory(organization=other)
        record_trash(record=earlier, actor=None)
        records_trash(records=Organization.objects.all(), actor=None)

        organization_restore(organization=organization, actor=clerk, reason="By mistake")

        for record in (organization, earlier, along, other, others_project):
            record.refresh_from_db()
        assert [organization.is_deleted, along.is_deleted] == [False, False]
        assert (organization.trash_id, organization.deleted_by) == (None, None)
        assert [earlier.is_deleted, other.is_deleted, others_project.is_deleted] == [True] * 3
        assert last_trace(along) == ("~", clerk.pk, "By mistake")

    @pytest.mark.parametrize("field", ["slug", "external_id"])
    def test_refuses_when_a_living_one_has_taken_its_place(self, field: str) -> None:
        organization = OrganizationFactory(slug="acme", external_id="C-1")
        project = ProjectFactory(organization=organization)
        record_trash(record=organization, actor=None)
        OrganizationFactory(**{"name": "New Acme", field: getattr(organization, field)})

        with pytest.raises(DomainError, match="is taken by New Acme now"):
            organization_restore(organization=organization, actor=None)

        assert Organization.all_objects.get(pk=organization.pk).is_deleted
        assert Project.all_objects.get(pk=project.pk).is_deleted

    def test_refuses_two_of_one_slug(self) -> None:
        for _ in range(2):
            record_trash(record=OrganizationFactory(slug="acme"), actor=None)

        with pytest.raises(DomainError, match="Restore only one of them"):
            organizations_restore(records=Organization.all_objects.in_trash(), actor=None)

        assert not Organization.objects.exists()

    def test_refuses_the_living(self) -> None:
        with pytest.raises(DomainError, match="Nothing here is in the trash"):
            organization_restore(organization=OrganizationFactory(), actor=None)

    def test_needs_its_permission(self) -> None:
        organization = OrganizationFactory()
        record_trash(record=organization, actor=None)

        with pytest.raises(MissingPermission, match="restore_organization"):
            organization_restore(organization=organization, actor=StaffFactory())

        assert not Organization.objects.exists()


class TestPurging:
    def test_removes_everything_of_it_and_keeps_the_history(self) -> None:
        clerk = StaffFactory(may=["organizations.purge_organization"])
        owner = UserFactory()
        organization = organization_create(name="Acme", owner=owner, actor=None)
        membership = organization.memberships.get()
        invitation = InvitationFactory(organization=organization)
        task = TaskFactory(project__organization=organization)
        bystander = TaskFactory()
        record_trash(record=organization, actor=None)

        counts = record_purge(record=organization, actor=clerk, reason="On request")

        assert counts == {Organization: 1, Membership: 1, Invitation: 1, Project: 1, Task: 1}
        assert not Organization.all_objects.filter(pk=organization.pk).exists()
        assert list(Task.objects.all()) == [bystander]
        for record in (organization, membership, invitation, task.project, task):
            assert last_trace(record) == ("-", clerk.pk, "On request")
        owner.refresh_from_db()

    def test_asks_that_it_is_in_the_trash(self) -> None:
        alive, trashed = OrganizationFactory(name="Alive"), OrganizationFactory()
        record_trash(record=trashed, actor=None)

        with pytest.raises(DomainError, match="Alive isn't in the trash"):
            records_purge(records=Organization.all_objects.all(), actor=None)

        assert set(Organization.all_objects.all()) == {alive, trashed}

    def test_needs_its_permission(self) -> None:
        organization = OrganizationFactory()
        record_trash(record=organization, actor=None)

        with pytest.raises(MissingPermission, match="purge_organization"):
            record_purge(
                record=organization,
                actor=StaffFactory(may=["organizations.delete_organization"]),
            )

        assert Organization.all_objects.exists()

    def test_a_large_one_goes_in_a_constant_number_of_statements(
        self, django_assert_max_num_queries: object
    ) -> None:
        organization = OrganizationFactory()
        OwnerFactory(organization=organization)
        MembershipFactory.create_batch(30, organization=organization)
        TaskFactory.create_batch(30, project=ProjectFactory(organization=organization))
        record_trash(record=organization, actor=None)

        # Two of them for the flags that name the organization, or deny it, two for a savepoint.
        with django_assert_max_num_queries(18):  # type: ignore[operator]
            record_purge(record=organization, actor=None)

        assert not Membership.objects.exists()


def test_the_trash_gives_its_own_kind_of_record_to_the_same_services() -> None:
    """The trash lists a proxy of the model; what is counted and written is the model's."""
    first, second = OrganizationFactory.create_batch(2)
    ProjectFactory(organization=first)
    records_trash(records=Organization.objects.all(), actor=None)

    restored = organizations_restore(
        records=TrashedOrganization.all_objects.filter(pk=first.pk), actor=None
    )
    purged = records_purge(records=TrashedOrganization.all_objects.filter(pk=second.pk), actor=None)

    assert restored == {Organization: 1, Project: 1}
    assert purged[Organization] == 1
    assert list(Organization.all_objects.all()) == [first]
