"""Work that outlives its process: a job is a row with a state and a heartbeat.

A message only says that there may be something to do. Whoever takes a job claims its row; while he
works a thread of his renews the heartbeat. A row whose heartbeat has stopped, or that nobody ever
claimed, is picked up by the sweeper. Each step of a job must therefore be safe to begin again, and
what it writes goes into a transaction that holds the claim (`Job.hold`).
"""

import os
import socket
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import Error, connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.core.scope import own_work


class ClaimLostError(Exception):
    """Another worker has taken the job over; this one must stop and write nothing more."""


class JobCancelledError(Exception):
    """A person asked the job to stop."""


def stale_after() -> timedelta:
    """How long a heartbeat may be silent before the job counts as abandoned."""
    return timedelta(seconds=getattr(settings, "JOB_STALE_SECONDS", 30))


class JobQuerySet(models.QuerySet):
    def for_staff(self, user: Any) -> Self:
        """Return the runs that `user` sees: of who is limited, his own."""
        return own_work(self, user, by="user", since="created_at")

    def waiting(self) -> Self:
        """Jobs that should be at work and have no living worker."""
        model: Any = self.model
        return self.filter(state__in=model.WORK_STATES).filter(
            Q(heartbeat_at=None) | Q(heartbeat_at__lt=timezone.now() - stale_after())
        )


class Job(models.Model):
    """Base of every run. A subclass names in `WORK_STATES` the states in which a worker has it."""

    WORK_STATES: tuple[str, ...] = ()

    heartbeat_at = models.DateTimeField(null=True, editable=False)
    claimed_by = models.CharField(max_length=120, blank=True, editable=False)
    attempts = models.PositiveIntegerField("starts", default=0, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)
    started_at = models.DateTimeField("started", null=True, editable=False)
    ended_at = models.DateTimeField("ended", null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def claim(cls, pk: Any) -> Self | None:
        """Take the job if it has work and no living worker; None where there is nothing to do."""
        with transaction.atomic():
            job = cls.objects.waiting().select_for_update(skip_locked=True).filter(pk=pk).first()
            if job is None:
                return None
            job.claimed_by = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:12]}"[-120:]
            job.heartbeat_at = timezone.now()
            job.started_at = job.started_at or job.heartbeat_at
            job.attempts += 1
            job.save(update_fields=["claimed_by", "heartbeat_at", "started_at", "attempts"])
            return job

    @contextmanager
    def hold(self, *, cancellable: bool = True) -> Iterator[None]:
        """Open a transaction that owns the job's row, and refresh this instance from it.

        Raises ClaimLostError when another worker has it, JobCancelledError when a person asked to stop; then
        nothing inside was done.
        """
        with transaction.atomic():
            fresh = type(self).objects.select_for_update().get(pk=self.pk)
            if fresh.claimed_by != self.claimed_by:
                raise ClaimLostError
            for field in self._meta.concrete_fields:
                setattr(self, field.attname, getattr(fresh, field.attname))
            if cancellable and self.cancel_requested_at is not None:
                raise JobCancelledError
            yield

    def release(self, **changes: Any) -> None:
        """Give the claim back and set `changes` in the same statement; raises ClaimLostError."""
        changes |= {"claimed_by": "", "heartbeat_at": None}
        held = type(self).objects.filter(pk=self.pk, claimed_by=self.claimed_by).update(**changes)
        if not held:
            raise ClaimLostError
        for name, value in changes.items():
            setattr(self, name, value)

    @contextmanager
    def heart(self, seconds: float | None = None) -> Iterator[None]:
        """Renew the heartbeat from a thread with a connection of its own for as long as the block runs."""
        period = seconds or stale_after().total_seconds() / 5
        stop = threading.Event()
        manager, pk, claimed_by = type(self).objects, self.pk, self.claimed_by

        def beat() -> None:
            try:
                while not stop.wait(period):
                    try:
                        with transaction.atomic():
                            # A transaction that writes a chunk holds the row: it is alive, skip.
                            with connection.cursor() as cursor:
                                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                            manager.filter(pk=pk, claimed_by=claimed_by).update(heartbeat_at=Now())
                    except Error:
                        connection.close()
            finally:
                connection.close()

        thread = threading.Thread(target=beat, name=f"heart of {self}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=5)


def waiting_jobs(models_: Iterable[type[Job]]) -> list[Job]:
    """Return every job that should be at work and is not, oldest first."""
    return [job for model in models_ for job in model.objects.waiting().order_by("pk")[:100]]
