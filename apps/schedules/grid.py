"""Intervals on a grid: due at an anchor and every so often from there, however many ask and however late."""

from datetime import UTC, datetime, timedelta
from typing import Any

from celery import schedules

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Grid(schedules.schedule):
    """An interval whose due times follow from the schedule's row alone.

    Celery's own counts from when a beat sent the last message, by the beat's own clock and memory: two beats
    come to two due times a few milliseconds apart, and both send.
    """

    run_every: timedelta

    def __init__(
        self, run_every: timedelta, anchor: datetime | None = None, **options: Any
    ) -> None:
        super().__init__(run_every, **options)
        self.anchor = anchor or EPOCH

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due time after `moment`, never one before the anchor."""
        if moment < self.anchor:
            return self.anchor
        passed = (moment - self.anchor) // self.run_every
        return self.anchor + (passed + 1) * self.run_every

    def is_due(self, last_run_at: datetime) -> Any:
        now = self.now()
        due = self.next_after(last_run_at)
        if due > now:
            return schedules.schedstate(False, (due - now).total_seconds())
        return schedules.schedstate(True, (self.next_after(now) - now).total_seconds())

    def __reduce__(self) -> Any:
        return type(self), (self.run_every, self.anchor)
