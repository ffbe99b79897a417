"""Beat's scheduler: on each tick it decides on what is due, from the database alone.

celery-beat's own keeps in memory what it sent last. This one keeps nothing, so that several may run, and any of
them may be killed at any moment.
"""

import logging
from time import monotonic
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from apps.schedules.services.alarms import alarms_tend
from apps.schedules.services.cleanup import runs_sweep
from apps.schedules.services.due_times import schedules_settle

logger = logging.getLogger(__name__)

# Not left to a schedule of its own: what takes up lost work must not itself wait for a worker.
_SWEEP_SECONDS = 10.0


class Entry(ModelEntry):
    """A schedule as celery-beat shows it; one with arguments that are not JSON stays as it is."""

    def _disable(self, model: PeriodicTask) -> None:
        """Its due times become refused runs, which say why. celery-beat would disable it in silence."""


class RecordingScheduler(DatabaseScheduler):
    Entry = Entry
    _swept_at = -_SWEEP_SECONDS

    def install_default_entries(self, data: object) -> None:
        """Celery's own clean-up is no declared task, and no results are stored."""

    def tick(self, *_args: object, **_kwargs: object) -> float:
        """Decide on what is due; return the seconds until the next look, at most `max_interval`."""
        try:
            close_old_connections()
            wait = schedules_settle(now=timezone.now())
            if monotonic() - self._swept_at >= _SWEEP_SECONDS:
                self._swept_at = monotonic()
                runs_sweep()
                alarms_tend()
        except (DatabaseError, InterfaceError):
            # What is due now has its row and its run as soon as the database answers.
            logger.exception("The database did not answer.")
            connection.close()
            return float(self.max_interval)
        return min(wait, float(self.max_interval))

    def should_sync(self) -> bool:
        """Nothing is kept in memory that would have to be written."""
        return False

    def sync(self) -> Any:
        """See `should_sync`."""
