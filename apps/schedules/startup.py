"""Runs when a worker starts."""

from celery import signals

from apps.schedules.services.cleanup import runs_sweep


@signals.worker_ready.connect
def sweep_at_start(**_: object) -> None:
    """Mark the runs of a previously killed worker as lost at once."""
    runs_sweep()
