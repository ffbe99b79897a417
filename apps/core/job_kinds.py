"""The kinds of jobs that one sweep picks up: those that no worker took, or whose worker stopped.

An app adds its own in its `plugs.py`. Runs of scheduled tasks are picked up by the scheduler itself, and
mailings together with their mails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError

from apps.core.jobs import Job, waiting_jobs
from apps.core.port import Registry
from apps.core.sending import send_now

JOBS_SWEEP = "apps.core.tasks.jobs_sweep"
# Of a job's message: the database may be away, for minutes if it recovers from a crash. The sweep does the rest.
TRIED_AGAIN: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 2,
    "retry_backoff_max": 5,
    "max_retries": 20,
}


@dataclass(frozen=True)
class JobKind:
    """A model of jobs, and the name of the task that a worker is sent with a job's key, in the queue for it."""

    model: type[Job]
    task: str
    queue: Callable[[Any], str]


JOB_KINDS = Registry[JobKind](
    "job kinds",
    "which jobs are picked up when no worker has them",
    key=lambda kind: kind.model._meta.label,
)


def jobs_pick_up() -> int:
    """Send the message of every job that should be running and is not; return how many."""
    kinds = {kind.model: kind for kind in JOB_KINDS}
    jobs = waiting_jobs(kinds)
    for job in jobs:
        kind = kinds[type(job)]
        send_now(kind.task, [job.pk], queue=kind.queue(job))
    return len(jobs)
