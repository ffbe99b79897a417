"""Beat's scheduler: celery-beat's, with each due time written down before its message goes."""

import logging
from datetime import datetime
from typing import Any

from celery import Celery, schedules
from celery.schedules import BaseSchedule
from django.utils import timezone
from django_celery_beat.clockedschedule import clocked
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from apps.schedules.grid import Grid
from apps.schedules.services.runs import run_dispatch

logger = logging.getLogger(__name__)


def due_time(schedule: BaseSchedule, last_run_at: datetime) -> datetime:
    """Return the first time after `last_run_at` at which `schedule` was, or will be, due.

    It depends on what the database holds and not on the clock, so a beat that was killed before it
    could write, or a second one, comes to the same answer.
    """
    if isinstance(schedule, clocked):
        return schedule.clocked_time
    if isinstance(schedule, schedules.crontab):
        start, ends_in, _ = schedule.remaining_delta(
            last_run_at.astimezone(getattr(schedule, "tz", None) or last_run_at.tzinfo)
        )
        due: datetime = start + ends_in
        return due.replace(second=0, microsecond=0)
    if isinstance(schedule, schedules.solar):
        at = timezone.now() + schedule.remaining_estimate(last_run_at)
        return at.replace(second=0, microsecond=0)
    if isinstance(schedule, Grid):
        return schedule.next_after(last_run_at)
    raise TypeError(f"{schedule!r} has no due times.")


class Entry(ModelEntry):
    """A schedule as beat holds it; writes back nothing but when it was last sent."""

    def __init__(self, model: PeriodicTask, app: Celery | None = None) -> None:
        super().__init__(model, app=app)
        if model.interval is not None:
            self.schedule: Any = Grid(
                model.interval.schedule.run_every, model.start_time, app=self.app
            )

    def save(self) -> None:
        # The row may have been edited meanwhile: storing all of it would undo that.
        PeriodicTask.objects.filter(pk=self.model.pk, enabled=True).update(
            last_run_at=self.model.last_run_at, total_run_count=self.model.total_run_count
        )


class RecordingScheduler(DatabaseScheduler):
    Entry = Entry

    def install_default_entries(self, data: object) -> None:
        """Celery's own clean-up is no declared task, and no results are stored."""

    def enabled_models_qs(self) -> Any:
        # celery-beat leaves out what is more than two hours away by the clock, so a daily task
        # missed while beat was down would be caught up a day later, two hours early.
        return self.Model.objects.enabled()

    def apply_async(
        self, entry: ModelEntry, producer: object = None, advance: bool = True, **_kwargs: object
    ) -> Any:
        last_run_at = entry.last_run_at
        due_at = due_time(entry.schedule, last_run_at)
        start_time = entry.model.start_time
        if start_time is not None and due_at < start_time:
            due_at = start_time
        if advance:
            entry = self.reserve(entry)
        try:
            return run_dispatch(
                schedule=entry.model,
                due_at=due_at.astimezone(tz=timezone.get_current_timezone()),
                options={**entry.options, "producer": None},
            )
        finally:
            self._tasks_since_sync += 1
            if self.should_sync():
                self._do_sync()
