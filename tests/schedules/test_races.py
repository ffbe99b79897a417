"""Two people, or a person and a worker, act on one schedule or one run at the same moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.schedules.claims import run_claim
from apps.schedules.models import TaskRun
from apps.schedules.recorder import _end
from apps.schedules.services import (
    run_cancel,
    run_leave,
    run_repeat,
    runs_prune,
    schedule_delete,
    schedule_run_now,
    schedule_set_enabled,
    schedule_set_owner,
    schedule_update,
    schedules_settle,
)
from tests.at_once import while_uncommitted
from tests.factories.accounts import SuperuserFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory

pytestmark = pytest.mark.django_db(transaction=True)
State = TaskRun.State


def _said(act: Callable[[], Any]) -> Callable[[], Any]:
    """Return what a person is told, instead of raising it."""

    def tried() -> Any:
        try:
            return act()
        except DomainError as refusal:
            return refusal.message

    return tried


@pytest.mark.parametrize(
    "act",
    [
        lambda schedule, root: schedule_run_now(schedule=schedule, actor=root),
        lambda schedule, root: schedule_update(
            schedule=schedule, description="Mine", reason="Now", actor=root
        ),
        lambda schedule, root: schedule_set_enabled(
            schedule=schedule, enabled=False, reason="Now", actor=root
        ),
        lambda schedule, root: schedule_set_owner(schedule=schedule, owner=root, actor=root),
        lambda schedule, root: schedule_delete(schedule=schedule, actor=root),
    ],
    ids=["run now", "change", "disable", "owner", "delete"],
)
def test_a_schedule_that_a_colleague_deletes_is_refused_with_a_sentence(
    act: Callable[[PeriodicTask, User], Any], sent: list
) -> None:
    root, schedule = SuperuserFactory(), ScheduleFactory(name="Nightly")
    _, told = while_uncommitted(
        lambda: schedule_delete(schedule=PeriodicTask.objects.get(), actor=root),
        _said(lambda: act(schedule, root)),
    )
    assert told == "“Nightly” was deleted meanwhile."


def test_running_again_and_deleting_the_schedule_wait_for_each_other(sent: list) -> None:
    root = SuperuserFactory()
    run = TaskRunFactory(state="failed", ended_at=timezone.now())
    schedule = run.schedule
    again, deleted = while_uncommitted(
        lambda: run_repeat(run=run, actor=root),
        lambda: schedule_delete(schedule=schedule, actor=root),
    )
    assert deleted is None
    again.refresh_from_db()
    assert (again.state, again.schedule) == ("waiting", None)


@pytest.mark.parametrize(
    "act",
    [
        lambda run, root: run_repeat(run=run, actor=root),
        lambda run, root: run_leave(run=run, reason="Now", actor=root),
    ],
)
def test_a_run_whose_record_is_cleaned_up_is_refused_with_a_sentence(
    act: Callable[[TaskRun, User], Any], sent: list
) -> None:
    root = SuperuserFactory()
    old = timezone.now() - timedelta(days=40)
    run = TaskRunFactory(state="lost", ended_at=old, decided_at=old)
    _, told = while_uncommitted(runs_prune, _said(lambda: act(run, root)))
    assert told == f"Run {run.pk} is no longer kept."


def test_run_now_while_a_run_is_due_leaves_both_one_after_the_other(sent: list) -> None:
    root, now = SuperuserFactory(), timezone.now()
    schedule = ScheduleFactory(last_run_at=now - timedelta(hours=1))
    by_hand, _ = while_uncommitted(
        lambda: schedule_run_now(schedule=schedule, actor=root),
        lambda: schedules_settle(now=now),
    )
    schedules_settle(now=now)
    due = schedule.runs.exclude(pk=by_hand.pk).get()
    # Two workers take one of them each.
    assert run_claim(by_hand.pk) is not None
    assert run_claim(due.pk) is None
    due.refresh_from_db()
    assert due.state in (State.WAITING, State.SKIPPED)


def test_a_run_that_ends_while_somebody_cancels_it_has_one_end(sent: list) -> None:
    root = SuperuserFactory()
    ends = TaskRunFactory()
    job = run_claim(ends.pk)
    assert job is not None
    _, told = while_uncommitted(
        lambda: _end(job, State.SUCCEEDED, "Done"),
        _said(lambda: run_cancel(run=ends, reason="Now", actor=root)),
    )
    ends.refresh_from_db()
    assert (told, ends.state, ends.message) == (f"Run {ends.pk} has ended.", "succeeded", "Done")

    waits = TaskRunFactory()
    claimed, told = while_uncommitted(
        lambda: run_claim(waits.pk),
        _said(lambda: run_cancel(run=waits, reason="Now", actor=root)),
    )
    waits.refresh_from_db()
    assert claimed is not None
    assert (told, waits.state) == (True, "running")
    assert waits.cancel_requested_at is not None
