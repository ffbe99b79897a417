"""Every way of writing that Django's ORM has leaves exactly the history that it should."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.organizations.models import Organization
from apps.projects.models import Project, Task
from tests.audit import history_entries
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> Iterator[User]:
    """Somebody in whose name, and for whose reason, everything in the test is done."""
    actor = StaffFactory()
    with audit_context(actor=actor, reason="Because."):
        yield actor


@pytest.fixture
def task(actor: User) -> Task:
    return TaskFactory(title="Old", status="todo")


def save(task: Task) -> None:
    task.title = "New"
    task.save()


def save_update_fields(task: Task) -> None:
    task.title, task.status = "New", "done"
    task.save(update_fields=["title"])


def f_expression(task: Task) -> None:
    task.title = Concat(Value("Ne"), Value("w"))
    task.save()


def queryset_update(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(title="New")


def queryset_update_with_f(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(title=Concat(Value("New"), F("title")))
    Task.objects.filter(pk=task.pk).update(title="New")


def bulk_update(task: Task) -> None:
    task.title = "New"
    Task.objects.bulk_update([task], ["title"])


def bulk_create_with_update(task: Task) -> None:
    Task.objects.bulk_create(
        [Task(title="Old", status="done", project=task.project)],
        update_conflicts=True,
        unique_fields=["project", "title"],
        update_fields=["status"],
    )


def update_or_create(task: Task) -> None:
    Task.objects.update_or_create(pk=task.pk, defaults={"title": "New"})


CHANGES: dict[Callable[[Task], None], int] = {
    save: 1,
    save_update_fields: 1,
    f_expression: 1,
    queryset_update: 1,
    queryset_update_with_f: 2,
    bulk_update: 1,
    bulk_create_with_update: 1,
    update_or_create: 1,
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_leaves_one_row_with_the_stored_values(
    change: Callable[[Task], None], task: Task, actor: User
) -> None:
    mark = history_entries.mark()

    change(task)

    entries = history_entries.since(mark, Task)
    assert [entry.kind for entry in entries] == ["~"] * CHANGES[change]
    assert entries[-1].values == history_entries.as_stored(task)
    assert {(entry.actor, entry.reason) for entry in entries} == {(actor.pk, "Because.")}


@pytest.mark.parametrize(
    "unchanged",
    [
        lambda task: task.save(),
        lambda task: task.save(update_fields=["title"]),
        lambda task: Task.objects.update(title=F("title")),
        lambda task: Task.objects.filter(pk=task.pk).update(status=task.status),
        lambda task: Task.objects.bulk_update([task], ["title", "status"]),
        lambda task: Task.objects.get_or_create(project=task.project, title=task.title),
        lambda task: Task.objects.update_or_create(pk=task.pk, defaults={"title": task.title}),
        lambda task: Task.objects.bulk_create(
            [Task(title=task.title, project=task.project)], ignore_conflicts=True
        ),
        lambda task: Task.objects.filter(title="Nothing of that name").update(title="New"),
        lambda task: Task.objects.filter(title="Nothing of that name").delete(),
    ],
    ids=[
        "save",
        "save_update_fields",
        "f_expression",
        "queryset_update",
        "bulk_update",
        "get_or_create",
        "update_or_create",
        "ignore_conflicts",
        "update_of_nothing",
        "delete_of_nothing",
    ],
)
def test_what_changes_nothing_leaves_no_row(
    unchanged: Callable[[Task], object], task: Task
) -> None:
    mark = history_entries.mark()

    unchanged(task)

    assert history_entries.since(mark, Task) == []


@pytest.mark.parametrize(
    "create",
    [
        lambda project: Task.objects.create(title="New", project=project),
        lambda project: Task(title="New", project=project).save(),
        lambda project: Task.objects.bulk_create([Task(title="New", project=project)]),
        lambda project: Task.objects.bulk_create(
            [Task(title="New", project=project)], ignore_conflicts=True
        ),
        lambda project: Task.objects.bulk_create(
            [Task(title="New", project=project)],
            update_conflicts=True,
            unique_fields=["project", "title"],
            update_fields=["status"],
        ),
        lambda project: Task.objects.get_or_create(title="New", project=project),
        lambda project: Task.objects.update_or_create(title="New", project=project),
    ],
    ids=[
        "create",
        "save",
        "bulk_create",
        "ignore_conflicts",
        "update_conflicts",
        "get_or_create",
        "update_or_create",
    ],
)
def test_a_creation_leaves_one_row_with_the_values_that_the_database_gave(
    create: Callable[[Project], object], actor: User
) -> None:
    project = ProjectFactory()
    mark = history_entries.mark()

    create(project)

    (entry,) = history_entries.since(mark, Task)
    assert entry.kind == "+"
    assert entry.values == history_entries.as_stored(Task.objects.get())
    assert (entry.actor, entry.reason) == (actor.pk, "Because.")


def test_one_upsert_of_many_tells_the_new_the_changed_and_the_unchanged_apart(task: Task) -> None:
    same = TaskFactory(title="Same", project=task.project)
    mark = history_entries.mark()

    Task.objects.bulk_create(
        [
            Task(title="Old", status="done", project=task.project),
            Task(title="Same", status=same.status, project=task.project),
            Task(title="New", project=task.project),
        ],
        update_conflicts=True,
        unique_fields=["project", "title"],
        update_fields=["status"],
    )

    written = {(entry.kind, entry.values["title"]) for entry in history_entries.since(mark, Task)}
    assert written == {("~", "Old"), ("+", "New")}


@pytest.mark.parametrize(
    "delete",
    [
        lambda task: task.delete(),
        lambda task: Task.objects.filter(pk=task.pk).delete(),
        lambda task: Task.objects.filter(pk=task.pk)._raw_delete("default"),
    ],
    ids=["delete", "queryset_delete", "raw_delete"],
)
def test_a_deletion_leaves_one_row_with_the_last_values(
    delete: Callable[[Task], object], task: Task, actor: User
) -> None:
    before = history_entries.as_stored(task)
    mark = history_entries.mark()

    delete(task)

    (entry,) = history_entries.since(mark, Task)
    assert (entry.kind, entry.values) == ("-", before)
    assert (entry.actor, entry.reason) == (actor.pk, "Because.")


def test_a_cascade_leaves_a_row_of_each_record_that_it_took() -> None:
    project = ProjectFactory()
    TaskFactory.create_batch(3, project=project)
    mark = history_entries.mark()

    project.organization.hard_delete()

    assert history_entries.kinds(mark, Task) == ["-", "-", "-"]
    assert history_entries.kinds(mark, Project) == ["-"]
    assert history_entries.kinds(mark, Organization) == ["-"]


def test_a_password_is_recorded_as_changed_and_never_kept() -> None:
    user = UserFactory(password="!")
    mark = history_entries.mark()

    user.set_password("correct horse")
    user.save()

    (row,) = User.history.filter(history_id__gt=mark)
    assert (row.history_type, row.hidden_changes) == ("~", ["password"])
    assert not hasattr(row, "password")


def test_a_sign_in_time_is_no_change_of_the_person() -> None:
    user = UserFactory()
    mark = history_entries.mark()

    User.objects.filter(pk=user.pk).update(last_login="2026-01-01T00:00Z")

    assert history_entries.since(mark, User) == []


def test_a_null_is_told_from_a_value(task: Task) -> None:
    mark = history_entries.mark()

    Task.objects.filter(pk=task.pk).update(due_date=date(2026, 1, 1))
    Task.objects.filter(pk=task.pk).update(due_date=None)

    assert [entry.values["due_date"] for entry in history_entries.since(mark, Task)] == [
        date(2026, 1, 1),
        None,
    ]


class TestManyToMany:
    def test_a_role_given_and_taken_from_the_persons_side(self, actor: User) -> None:
        person, role = UserFactory(), Group.objects.create(name="Crew")
        memberships = User.groups.through
        mark = history_entries.mark()

        person.groups.add(role)
        person.groups.add(role)
        person.groups.remove(role)
        person.groups.set([role])
        person.groups.clear()

        entries = history_entries.since(mark, memberships)
        assert [entry.kind for entry in entries] == ["+", "-", "+", "-"]
        assert {(entry.values["user_id"], entry.values["group_id"]) for entry in entries} == {
            (person.pk, role.pk)
        }
        assert {entry.actor for entry in entries} == {actor.pk}

    def test_a_role_given_and_taken_from_the_roles_side(self, actor: User) -> None:
        people, role = UserFactory.create_batch(2), Group.objects.create(name="Crew")
        mark = history_entries.mark()

        role.user_set.add(*people)
        role.user_set.remove(people[0])
        role.user_set.clear()

        assert history_entries.kinds(mark, User.groups.through) == ["+", "+", "-", "-"]

    def test_what_a_role_may_do(self) -> None:
        role, permission = Group.objects.create(name="Crew"), Permission.objects.all()[0]
        mark = history_entries.mark()

        role.permissions.add(permission)
        permission.group_set.remove(role)
        UserFactory().user_permissions.add(permission)

        assert history_entries.kinds(mark, Group.permissions.through) == ["+", "-"]
        assert history_entries.kinds(mark, User.user_permissions.through) == ["+"]

    def test_a_role_itself_and_its_end(self) -> None:
        role = Group.objects.create(name="Crew")
        UserFactory().groups.add(role)
        mark = history_entries.mark()

        Group.objects.filter(pk=role.pk).update(name="Crew of the night")
        role.delete()

        assert history_entries.kinds(mark, Group) == ["~", "-"]
        assert history_entries.kinds(mark, User.groups.through) == ["-"]


def test_fixtures_are_recorded(tmp_path, task: Task) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "tasks.json"
    call_command("dumpdata", "projects.task", output=file)
    file.write_text(file.read_text().replace('"Old"', '"New"'))
    mark = history_entries.mark()

    call_command("loaddata", file, verbosity=0)
    call_command("loaddata", file, verbosity=0)

    (entry,) = history_entries.since(mark, Task)
    assert (entry.kind, entry.values["title"]) == ("~", "New")


def test_the_rolled_back_never_happened(task: Task) -> None:
    mark = history_entries.mark()

    with transaction.atomic():
        Task.objects.update(title="Kept")
        savepoint = transaction.savepoint()
        Task.objects.update(title="Lost")
        transaction.savepoint_rollback(savepoint)
        Task.objects.update(title="Kept too")

    titles = [entry.values["title"] for entry in history_entries.since(mark, Task)]
    assert titles == ["Kept", "Kept too"]
