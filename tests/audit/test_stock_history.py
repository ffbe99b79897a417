"""simple-history's own manager works on the rows that the database writes."""

import pytest
from django.utils import timezone

from apps.projects.models import Project, Task
from tests.factories.projects import TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    task = TaskFactory(title="One")
    task.title = "Two"
    task.save()
    return task


def test_neighbors_and_differences(task: Task) -> None:
    newest = task.history.latest()
    before = newest.prev_record

    assert (before.title, before.next_record, before.prev_record) == ("One", newest, None)
    (change,) = newest.diff_against(before).changes
    assert (change.field, change.old, change.new) == ("title", "One", "Two")
    assert task.history.first() == newest
    assert newest.instance.title == "Two"


def test_as_it_was_at_a_time(task: Task) -> None:
    then = task.history.earliest().history_date
    assert task.history.as_of(then).title == "One"
    task.delete()

    assert [each.title for each in Task.history.as_of(then)] == ["One"]
    assert list(Task.history.as_of(timezone.now())) == []


def test_its_own_handlers_write_nothing(task: Task) -> None:
    assert task.history.count() == 2
    assert Project.history.count() == 1
    task.save_without_historical_record()
    assert task.history.count() == 2
