"""A run whose worker ended: started again by itself, or left to a person."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.core.schedulable import schedulable
from apps.schedules.models import TaskRun
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.services import (
    run_leave,
    run_repeat,
    runs_prune,
    runs_sweep,
    schedules_settle,
)
from tests.factories.accounts import StaffFactory
from tests.factories.alarms import AlarmFactory
from tests.factories.schedules import RunningTaskRunFactory, ScheduleFactory, TaskRunFactory

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(minutes=2)


@schedulable(label="Safe", description="Again.", name="tests.safe", is_idempotent=True)
def safe(word: str = "well") -> str:
    return f"Done {word}."


@schedulable(label="Unsafe", description="Never twice.", name="tests.unsafe")
def unsafe() -> str:
    return "Done."


@pytest.fixture
def operator(client: Client) -> Any:
    user = StaffFactory()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["run_task", "view_taskrun", "view_periodictask"])
    )
    client.force_login(user)
    return user


def _lost(task: str, **fields: Any) -> TaskRun:
    return RunningTaskRunFactory(
        schedule=ScheduleFactory(task=task, last_run_at=timezone.now()),
        task_name=task,
        heartbeat_at=LONG_AGO,
        created_at=LONG_AGO,
        **fields,
    )


def _act(run: TaskRun, name: str) -> str:
    return reverse(f"admin:schedules_taskrun_{name}", args=[run.pk])


def test_an_idempotent_run_that_was_lost_is_started_again(sent: list) -> None:
    run = _lost("tests.safe")
    runs_sweep()
    run.refresh_from_db()
    assert (run.state, run.times_lost) == (TaskRun.State.WAITING, 1)

    schedules_settle(now=timezone.now())
    assert {message["headers"]["task_run_id"] for message in sent} == {run.pk}
    current_app.tasks["tests.safe"].apply(headers={RUN_HEADER: run.pk})
    run.refresh_from_db()
    assert (run.state, run.message) == (TaskRun.State.SUCCEEDED, "Done well.")


def test_what_ends_its_worker_again_and_again_is_lost_in_the_end(sent: list) -> None:
    run = _lost("tests.safe", times_lost=3)
    runs_sweep()
    run.refresh_from_db()
    assert run.state == TaskRun.State.LOST


def test_the_worker_that_was_believed_dead_does_not_end_the_run_of_the_next_one() -> None:
    run = RunningTaskRunFactory(task_name="tests.safe", attempts=1)
    from apps.schedules.recorder import _end

    TaskRun.objects.filter(pk=run.pk).update(attempts=2)
    _end(run, TaskRun.State.FAILED, "Too late.")
    run.refresh_from_db()
    assert run.state == TaskRun.State.RUNNING


def test_a_lost_run_that_may_not_begin_again_waits_for_a_person(
    sent: list, client: Client, operator: Any
) -> None:
    run = _lost("tests.unsafe")
    assert runs_sweep() == (1, 0)
    run.refresh_from_db()
    assert run.state == TaskRun.State.LOST
    assert sent == []
    # However long it waits.
    TaskRun.objects.update(ended_at=timezone.now() - timedelta(days=90), due_at=LONG_AGO)
    assert runs_prune() == 0
    start = client.get(reverse("admin:index")).content.decode()
    assert "lost and waiting for your decision" in start
    listed = client.get(reverse("admin:schedules_taskrun_changelist"), {"start": "tasks_lost"})
    assert f"/{run.pk}/" in listed.content.decode()
    page = client.get(reverse("admin:schedules_taskrun_change", args=[run.pk])).content.decode()
    assert "Waits for a person" in page


def test_a_person_runs_it_again_with_its_arguments_and_for_its_due_time(
    client: Client, operator: Any, sent: list, django_capture_on_commit_callbacks: Any
) -> None:
    run = TaskRunFactory(
        task_name="tests.safe",
        state=TaskRun.State.FAILED,
        arguments={"args": [], "kwargs": {"word": "twice"}},
        due_at=LONG_AGO,
    )
    with django_capture_on_commit_callbacks(execute=True):
        client.post(_act(run, "run_again"), {"reason": "A customer waits"})

    new = TaskRun.objects.exclude(pk=run.pk).get()
    assert (new.arguments, new.due_at, new.started_by) == (run.arguments, run.due_at, operator)
    assert [message["headers"]["task_run_id"] for message in sent] == [new.pk]
    run.refresh_from_db()
    assert run.decided_by == operator
    event = Event.objects.get(kind="task_run_now")
    assert (event.data["again"], event.data["run"], event.reason) == (
        run.pk,
        new.pk,
        "A customer waits",
    )


def test_a_person_leaves_it_with_a_reason(client: Client, operator: Any) -> None:
    run = TaskRunFactory(task_name="tests.unsafe", state=TaskRun.State.LOST)
    client.post(_act(run, "leave"), {"reason": ""})
    assert TaskRun.objects.undecided().exists()

    client.post(_act(run, "leave"), {"reason": "Mailed by hand"})
    assert not TaskRun.objects.undecided().exists()
    assert Event.objects.get(kind="task_run_left").reason == "Mailed by hand"
    assert not run_leave(run=run, reason="Again", actor=operator)


def test_leaving_a_lost_run_acknowledges_its_alarm(operator: Any) -> None:
    run = TaskRunFactory(state="lost", ended_at=timezone.now())
    alarm, other = AlarmFactory(run=run, kind="lost"), AlarmFactory(kind="lost")

    run_leave(run=run, reason="Done by hand", actor=operator)

    alarm.refresh_from_db()
    other.refresh_from_db()
    assert (alarm.acknowledged_by, alarm.note) == (operator, "Done by hand")
    assert (alarm.ended_at, other.acknowledged_at) == (None, None)
    assert alarm.history.first().change_set.reason == "Done by hand"


def test_deciding_asks_for_the_permission_and_for_a_run_that_has_ended(operator: Any) -> None:
    open_run = TaskRunFactory(task_name="tests.safe")
    with pytest.raises(DomainError, match="hasn't ended"):
        run_repeat(run=open_run, actor=operator)
    ended = TaskRunFactory(task_name="tests.safe", state=TaskRun.State.FAILED)
    with pytest.raises(MissingPermission):
        run_repeat(run=ended, actor=StaffFactory())
    with pytest.raises(DomainError, match="isn't lost"):
        run_leave(run=ended, reason="Mine", actor=operator)
    undeclared = TaskRunFactory(task_name="os.system", state=TaskRun.State.FAILED)
    with pytest.raises(DomainError, match="not declared"):
        run_repeat(run=undeclared, actor=operator)
    assert TaskRun.objects.count() == 3
