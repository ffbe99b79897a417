"""Reads about one run: what is usual for it, and what it changed."""

from datetime import timedelta

from apps.audit.models import ChangeSet
from apps.schedules.change_sources import TASK_RUN
from apps.schedules.durations import USUAL_OF, usual_of
from apps.schedules.models import TaskRun

# The clock of a worker may differ from the database's.
_MARGIN = timedelta(minutes=1)


def usual_duration(run: TaskRun) -> timedelta | None:
    """Return the median duration of the last successes of the same schedule, or of the task; None for too few."""
    like = {"schedule": run.schedule_id} if run.schedule_id else {"task_name": run.task_name}
    ended = TaskRun.objects.filter(state=TaskRun.State.SUCCEEDED, pk__lt=run.pk, **like)
    times = ended.exclude(started_at=None).exclude(ended_at=None).order_by("-pk")[:USUAL_OF]
    return usual_of(one.duration for one in times if one.duration is not None)


def changes_of(run: TaskRun) -> ChangeSet | None:
    """Return the newest change set that the run left in the audit log; None where it changed nothing."""
    made = ChangeSet.objects.filter(run_kind=TASK_RUN, run_id=str(run.pk))
    if run.started_at is not None:
        made = made.filter(started_at__gte=run.started_at - _MARGIN)
    if run.ended_at is not None:
        made = made.filter(started_at__lte=run.ended_at + _MARGIN)
    return made.order_by("-started_at").first()
