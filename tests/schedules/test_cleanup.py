"""Runs that nobody looks after."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.schedules.models import TaskRun
from apps.schedules.services import runs_prune, runs_sweep
from tests.factories.schedules import (
    RunningTaskRunFactory,
    TaskRunFactory,
)

pytestmark = pytest.mark.django_db


def _ago(**span: int):
    return timezone.now() - timedelta(**span)


def test_a_run_without_a_heartbeat_is_lost_and_one_with_it_is_not() -> None:
    dead = RunningTaskRunFactory(heartbeat_at=_ago(minutes=2), task_name="tests.unknown")
    alive = RunningTaskRunFactory()

    assert runs_sweep() == (1, 0)

    dead.refresh_from_db()
    alive.refresh_from_db()
    assert dead.state == TaskRun.State.LOST
    assert "worker ended" in dead.message
    assert alive.state == TaskRun.State.RUNNING


def test_a_message_that_got_lost_is_sent_again_and_not_at_each_sweep(sent: list) -> None:
    run = TaskRunFactory()
    TaskRun.objects.update(created_at=_ago(minutes=10))

    assert runs_sweep() == (0, 1)
    assert runs_sweep() == (0, 0)

    assert [message["headers"]["task_run_id"] for message in sent] == [run.pk]


def test_what_no_worker_took_in_a_day_is_lost(sent: list) -> None:
    run = TaskRunFactory()
    TaskRun.objects.update(created_at=_ago(days=2))
    assert runs_sweep() == (1, 0)
    run.refresh_from_db()
    assert run.state == TaskRun.State.LOST


def test_old_runs_are_deleted_and_young_ones_are_kept() -> None:
    TaskRunFactory(state=TaskRun.State.SUCCEEDED, ended_at=_ago(days=31))
    young = TaskRunFactory(state=TaskRun.State.SUCCEEDED, ended_at=_ago(days=29))
    waiting = TaskRunFactory()

    assert runs_prune() == 1

    assert set(TaskRun.objects.all()) == {young, waiting}
