"""A worker takes a waiting run, unless it came too late or another run of its schedule has not ended."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.core.schedulable import SCHEDULABLE_TASKS
from apps.schedules.models import SchedulerPause, TaskRun
from apps.schedules.pauses import open_pause
from apps.schedules.read_only_runs import why_not_now

logger = logging.getLogger(__name__)

_LATE_AFTER = timedelta(minutes=1)


@transaction.atomic
def run_claim(run_id: int, **worker: str) -> TaskRun | None:
    """Claim a waiting run for this process and return it; None where its message has nothing to do.

    A run that must not begin beside another one stays waiting, and is sent again when that has ended. `worker`
    are the fields that name who runs it.
    """
    run = TaskRun.objects.filter(pk=run_id).first()
    if run is not None and run.schedule_id is not None:
        # So that of two runs of one schedule, claimed at once, the second one sees the first.
        list(
            PeriodicTask.objects.select_for_update(no_key=True)
            .filter(pk=run.schedule_id)
            .values_list("pk")
        )
    # The database wrote when it was made, so its clock tells how long it waited.
    locked = TaskRun.objects.select_for_update().annotate(waited=Now() - F("created_at"))
    run = locked.filter(pk=run_id).first()
    if run is None or run.state != TaskRun.State.WAITING:
        logger.info("Run %s is not waiting; its message is dropped.", run_id)
        return None
    now = timezone.now()
    if run.start_by is not None and run.start_by < now:
        reason = f"No worker started it by {run.start_by:%Y-%m-%d %H:%M:%S %Z}."
        _end_unstarted(run, TaskRun.State.MISSED, reason, now)
        return None
    if pause := _pause_of(run):
        _end_unstarted(run, TaskRun.State.SKIPPED, pause.why, now)
        return None
    if why := why_not_now(run.task_name):
        _end_unstarted(run, TaskRun.State.SKIPPED, why, now)
        return None
    if _must_wait(run):
        TaskRun.objects.filter(pk=run.pk).update(celery_id="")
        return None
    return TaskRun.claim(
        run.pk,
        state=TaskRun.State.RUNNING,
        reason=run.reason or _why_late(run, run.waited),
        **worker,
    )


def _end_unstarted(run: TaskRun, state: TaskRun.State, reason: str, now: datetime) -> None:
    TaskRun.objects.filter(pk=run.pk).update(state=state, ended_at=now, reason=reason)


def _pause_of(run: TaskRun) -> SchedulerPause | None:
    """Return the pause because of which a run of a schedule may not begin; one that had begun goes on."""
    return open_pause() if run.is_of_due_time and run.started_at is None else None


def _why_late(run: TaskRun, waited: timedelta) -> str:
    if run.started_at is not None or waited <= _LATE_AFTER:
        return ""
    return f"No worker was free for {waited // timedelta(minutes=1)} min."


def _must_wait(run: TaskRun) -> bool:
    declared = SCHEDULABLE_TASKS.get(run.task_name)
    if run.schedule_id is None or declared is None or declared.may_overlap:
        return False
    return TaskRun.objects.filter(schedule=run.schedule_id, state=TaskRun.State.RUNNING).exists()
