"""From a due time to a message, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import Permission
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.core import sending
from apps.core.errors import DomainError, MissingPermission
from apps.core.schedulable import current_due_at, schedulable
from apps.schedules.models import TaskRun
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.services import schedule_run_now, schedules_settle
from apps.schedules.services.runs import runs_to_send
from tests.factories.accounts import StaffFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


@schedulable(label="Counted", description="Says when it was due.", name="tests.counted")
def counted() -> str:
    return f"For {current_due_at.get():%Y-%m-%d %H:%M}."


def _deliver(run: TaskRun) -> None:
    """Do what a worker does with the run's message."""
    current_app.tasks["tests.counted"].apply(headers={RUN_HEADER: run.pk}, throw=False)
    run.refresh_from_db()


def test_a_broker_that_is_down_leaves_the_run_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    # The broker alone is a stand-in here: nothing else can be down at will.
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(current_app, "send_task", refuse)
    monkeypatch.setattr(sending, "_paused_until", 0.0)

    schedule = ScheduleFactory(last_run_at=NOW - timedelta(hours=1))
    schedules_settle(now=NOW)

    run = schedule.runs.get()
    assert run.state == TaskRun.State.WAITING


def test_run_now_asks_for_its_permission(sent: list) -> None:
    with pytest.raises(MissingPermission):
        schedule_run_now(schedule=ScheduleFactory(), actor=StaffFactory())
    assert not TaskRun.objects.exists()


def test_run_now_works_on_a_disabled_schedule(
    sent: list, django_capture_on_commit_callbacks
) -> None:
    actor = StaffFactory()
    actor.user_permissions.add(Permission.objects.get(codename="run_task"))

    with django_capture_on_commit_callbacks(execute=True):
        run = schedule_run_now(schedule=ScheduleFactory(enabled=False), actor=actor)

    assert run.started_by == actor
    assert len(sent) == 1


def test_run_now_refuses_an_undeclared_task(sent: list) -> None:
    actor = StaffFactory()
    actor.user_permissions.add(Permission.objects.get(codename="run_task"))
    with pytest.raises(DomainError, match="not declared"):
        schedule_run_now(schedule=ScheduleFactory(task="os.system"), actor=actor)
    assert not TaskRun.objects.exists()


def test_a_run_that_the_broker_did_not_take_is_sent_as_soon_as_it_is_back(
    sent: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It held back every later run of its schedule until the sweep, which itself is such a run."""
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    # The broker had taken this one's message, and may have lost it when it went away.
    other = ScheduleFactory(last_run_at=NOW - timedelta(hours=2))
    schedules_settle(now=NOW - timedelta(hours=1))
    schedule = ScheduleFactory(last_run_at=NOW - timedelta(hours=1))
    with monkeypatch.context() as away:

        def refuse(*_: Any, **__: Any) -> None:
            raise OperationalError("the broker is away")

        away.setattr(current_app, "send_task", refuse)
        schedules_settle(now=NOW)
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    sent.clear()
    TaskRun.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    for _ in range(2):
        schedules_settle(now=NOW)
    assert {message["headers"]["task_run_id"] for message in sent} == {
        schedule.runs.get().pk,
        other.runs.get(state=TaskRun.State.WAITING).pk,
    }
    assert len(sent) == 2


def test_a_run_waits_until_the_one_before_it_has_ended() -> None:
    schedule = ScheduleFactory(task="tests.counted")
    running = TaskRunFactory(schedule=schedule, state=TaskRun.State.RUNNING)
    by_hand = TaskRunFactory(schedule=schedule, task_name="tests.counted", celery_id="sent")
    TaskRun.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    _deliver(by_hand)
    assert (by_hand.state, by_hand.celery_id) == (TaskRun.State.WAITING, "")
    assert runs_to_send() == []

    TaskRun.objects.filter(pk=running.pk).update(state=TaskRun.State.SUCCEEDED)
    assert runs_to_send() == [by_hand]
    _deliver(by_hand)
    assert by_hand.state == TaskRun.State.SUCCEEDED


def test_a_run_that_starts_late_says_so() -> None:
    run = TaskRunFactory(task_name="tests.counted")
    TaskRun.objects.update(created_at=timezone.now() - timedelta(minutes=7, seconds=10))
    _deliver(run)
    assert (run.state, run.reason) == (TaskRun.State.SUCCEEDED, "No worker was free for 7 min.")


def test_a_run_that_no_worker_took_by_its_expiry_is_missed(sent: list) -> None:
    ScheduleFactory(task="tests.counted", last_run_at=NOW - timedelta(hours=1), expire_seconds=60)
    schedules_settle(now=NOW)
    run = TaskRun.objects.get()
    assert run.start_by == NOW + timedelta(minutes=1)
    TaskRun.objects.update(start_by=timezone.now() - timedelta(seconds=1))

    _deliver(run)

    assert run.state == TaskRun.State.MISSED
    assert run.reason.startswith("No worker started it by ")


def test_a_task_is_told_for_which_due_time_it_runs() -> None:
    run = TaskRunFactory(task_name="tests.counted", due_at=NOW)
    _deliver(run)
    assert run.message == f"For {NOW:%Y-%m-%d %H:%M}."
