"""The sign of life that a scheduler writes, and whether it is there.

Every moment is the database's: clocks of machines differ.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from apps.core.processes import own_name
from apps.schedules.models import SchedulerHeartbeat

SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class SchedulerState:
    """`at` is None as long as no process has watched for a scheduler."""

    at: datetime | None = None
    now: datetime | None = None
    has_reported: bool = False

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "SchedulerState":
        """Return the state from the values of `state_expressions`."""
        return cls(found["heartbeat_at"], found["now"], bool(found["heartbeat_of"]))

    @property
    def is_silent(self) -> bool:
        return self.at is not None and self.now is not None and self.now - self.at > SILENT_AFTER

    @property
    def sentence(self) -> str:
        if not self.is_silent:
            return "The scheduler is running."
        if not self.has_reported:
            return f"No scheduler has reported since {self.at:%Y-%m-%d %H:%M %Z}."
        return f"The scheduler has been silent since {self.at:%Y-%m-%d %H:%M %Z}."


def heartbeat_write() -> None:
    """Note that a scheduler has just looked at what is due."""
    SchedulerHeartbeat.objects.update_or_create(
        pk=SchedulerHeartbeat.ONLY, defaults={"at": Now(), "process": own_name()}
    )


def state_expressions() -> dict[str, Combinable]:
    """Return what a statement about something else must ask to know the scheduler's state as well."""
    beat = SchedulerHeartbeat.objects.order_by("pk")
    return {
        "heartbeat_at": Subquery(beat.values("at")[:1]),
        "heartbeat_of": Subquery(beat.values("process")[:1]),
        "now": Now(),
    }


def scheduler_state() -> SchedulerState:
    """Ask the database, in one query, when a scheduler last looked at what is due."""
    row = SchedulerHeartbeat.objects.values_list("at", "process", Now()).first()
    return SchedulerState() if row is None else SchedulerState(row[0], row[2], bool(row[1]))


@contextmanager
def scheduler_locked(*, wait: bool = True) -> Iterator[SchedulerState | None]:
    """Open a transaction in which nobody else decides on alarms; yield the state, or None if somebody does.

    Without a heartbeat the watch for one begins now.
    """
    with transaction.atomic():
        SchedulerHeartbeat.objects.bulk_create([SchedulerHeartbeat()], ignore_conflicts=True)
        held = SchedulerHeartbeat.objects.select_for_update(skip_locked=not wait).first()
        yield scheduler_state() if held is not None else None
