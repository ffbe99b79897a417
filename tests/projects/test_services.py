"""Projects: created, trashed, restored, purged."""

import pytest

from apps.core.errors import DomainError, MissingPermission
from apps.core.trash.services import record_purge, record_trash, records_purge, records_trash
from apps.projects.models import Project, Task
from apps.projects.services import (
    project_create,
    project_restore,
    projects_restore,
)
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory, TrashedProjectFactory
from tests.trace import last_trace, number_of_traces

pytestmark = pytest.mark.django_db


class TestCreating:
    def test_remembers_who_created_it(self) -> None:
        clerk = StaffFactory(may=["projects.add_project"])

        project = project_create(
            organization=OrganizationFactory(), name=" Winter fair ", actor=clerk, reason="Ordered"
        )

        project.refresh_from_db()
        assert (project.name, project.status, project.created_by) == ("Winter fair", "draft", clerk)
        assert last_trace(project) == ("+", clerk.pk, "Ordered")

    def test_takes_a_name_that_is_in_the_trash_or_in_another_organization(self) -> None:
        trashed, elsewhere = TrashedProjectFactory(name="Fair"), ProjectFactory(name="Fair")

        project_create(organization=trashed.organization, name="Fair", actor=None)

        assert Project.objects.filter(name="Fair").count() == 2
        assert Project.objects.filter(pk=elsewhere.pk).exists()

    def test_refuses_what_does_not_fit(self) -> None:
        project = ProjectFactory(name="Fair")
        gone = OrganizationFactory()
        record_trash(record=gone, actor=None)

        for given, output in [
            ({"name": "Fair"}, "already has a project of this name"),
            ({"name": "  "}, "blank"),
            ({"name": "New", "status": "asleep"}, "asleep"),
            ({"name": "New", "organization": gone}, "is in the trash"),
        ]:
            with pytest.raises(DomainError, match=output):
                project_create(**{"organization": project.organization, "actor": None} | given)

        assert list(Project.all_objects.all()) == [project]

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="add_project"):
            project_create(organization=OrganizationFactory(), name="Fair", actor=StaffFactory())

        assert not Project.all_objects.exists()


class TestTrashing:
    def test_hides_it_with_its_tasks(self) -> None:
        clerk, task = StaffFactory(may=["projects.delete_project"]), TaskFactory()

        record_trash(record=task.project, actor=clerk, reason="Entered twice")

        project = Project.all_objects.get()
        assert (project.is_deleted, project.deleted_by) == (True, clerk)
        assert not Project.objects.exists()
        assert not Task.objects.exists()
        assert list(Task.all_objects.all()) == [task]
        assert last_trace(project) == ("~", clerk.pk, "Entered twice")

    def test_refuses_what_is_there_already(self) -> None:
        project = TrashedProjectFactory()

        with pytest.raises(DomainError, match="already in the trash"):
            record_trash(record=project, actor=None)

        assert number_of_traces(project) == 1

    def test_needs_its_permission(self) -> None:
        ProjectFactory()

        with pytest.raises(MissingPermission, match="delete_project"):
            records_trash(records=Project.objects.all(), actor=StaffFactory())

        assert Project.objects.exists()


class TestRestoring:
    def test_brings_it_back(self) -> None:
        clerk = StaffFactory(may=["projects.restore_project"])
        project = TrashedProjectFactory()

        project_restore(project=project, actor=clerk, reason="By mistake")

        assert Project.objects.get() == project
        assert last_trace(project) == ("~", clerk.pk, "By mistake")

    def test_refuses_a_name_that_is_taken_by_now(self) -> None:
        project = TrashedProjectFactory(name="Fair")
        ProjectFactory(name="Fair", organization=project.organization)

        with pytest.raises(DomainError, match="has a project “Fair” now"):
            project_restore(project=project, actor=None)

        assert number_of_traces(project) == 1

    def test_refuses_two_of_one_name(self) -> None:
        organization = OrganizationFactory()
        TrashedProjectFactory.create_batch(2, name="Fair", organization=organization)

        with pytest.raises(DomainError, match="Restore only one of them"):
            projects_restore(records=Project.all_objects.all(), actor=None)

        assert not Project.objects.exists()

    def test_refuses_while_its_organization_is_in_the_trash(self) -> None:
        project = ProjectFactory(organization__name="Acme")
        record_trash(record=project.organization, actor=None)

        with pytest.raises(DomainError, match=r"Acme, which .* belongs to, is in the trash"):
            project_restore(project=project, actor=None)

        assert not Project.objects.exists()

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="restore_project"):
            project_restore(project=TrashedProjectFactory(), actor=StaffFactory())


class TestPurging:
    def test_removes_its_tasks_too_and_keeps_the_history(self) -> None:
        clerk = StaffFactory(may=["projects.purge_project"])
        task = TaskFactory(project=TrashedProjectFactory())

        record_purge(record=task.project, actor=clerk, reason="On request")

        assert not Project.all_objects.exists()
        assert last_trace(task.project) == ("-", clerk.pk, "On request")
        assert last_trace(task) == ("-", clerk.pk, "On request")

    def test_asks_that_all_are_in_the_trash(self) -> None:
        ProjectFactory(name="Alive")
        TrashedProjectFactory()

        with pytest.raises(DomainError, match="Alive isn't in the trash"):
            records_purge(records=Project.all_objects.all(), actor=None)

        assert Project.all_objects.count() == 2

    def test_needs_its_permission(self) -> None:
        with pytest.raises(MissingPermission, match="purge_project"):
            record_purge(
                record=TrashedProjectFactory(),
                actor=StaffFactory(may=["projects.delete_project"]),
            )

        assert Project.all_objects.exists()
