"""What a worker does when it starts."""

from celery import signals

from apps.schedules.services.cleanup import runs_sweep


@signals.worker_ready.connect
def sweep_at_start(**_: object) -> None:
    """Say at once what became of the runs of a worker that was killed before this one."""
    runs_sweep()
