"""The first step of every change of a schedule or a run: lock its row, and see whether it is still there."""

from django_celery_beat.models import PeriodicTask

from apps.core.errors import DomainError
from apps.schedules.models import TaskRun


def lock_schedule(schedule: PeriodicTask) -> PeriodicTask:
    """Return the schedule as it is now, locked until the commit. Raises `DomainError` if somebody deleted it."""
    locked = (
        PeriodicTask.objects.select_for_update(of=("self",))
        .select_related("interval", "crontab", "clocked", "solar")
        .filter(pk=schedule.pk)
        .first()
    )
    if locked is None:
        raise DomainError(f"“{schedule.name}” was deleted meanwhile.")
    return locked


def lock_run(run: TaskRun) -> TaskRun:
    """Return the run as it is now, locked until the commit, with its schedule locked before it.

    In that order, as everybody else locks them. Raises `DomainError` if the record of the run was cleaned up.
    """
    if run.schedule_id is not None:
        schedules = PeriodicTask.objects.select_for_update(no_key=True)
        list(schedules.filter(pk=run.schedule_id).values_list("pk"))
    locked = TaskRun.objects.select_for_update(of=("self",)).filter(pk=run.pk).first()
    if locked is None:
        raise DomainError(f"Run {run.pk} is no longer kept.")
    return locked
