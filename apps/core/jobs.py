"""Work that outlives its process: a job is a row with a state and a heartbeat.

A message only says that there may be something to do. A worker claims the job's row and renews its
heartbeat from a thread while it works. A sweep picks up rows that no worker claimed and rows with a
stale heartbeat. If a process of this machine ended, its claim is free at once.

Each step of a job must therefore be safe to repeat, and must write inside a transaction that holds
the claim (`Job.hold`). A state in which another worker may take over is written by the statement
that releases the claim (`Job.hand_over`). Otherwise a message could arrive in between, find the row
claimed, and be dropped.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from apps.core import claims, processes
from apps.core.actors import PermissionHolder
from apps.core.interruption import shielded
from apps.core.read_only import ReadOnlyError
from apps.core.scope import own_work

logger = logging.getLogger(__name__)

# A killed process may have left a running statement, which locks the row until the server
# notices.
_LOCK_TIMEOUT = "5s"
# So many temporary errors in a row, without progress in between, count as permanent.
_MOST_FAILURES = 10
# How soon a job that stops at once notices that a person asked it to.
_CANCEL_SECONDS = 2.0


# What a worker writes of a job whatever happens: in read-only mode it gives its claim back.
CLAIM_COLUMNS = ("heartbeat_at", "claimed_by", "failures")


class ClaimLostError(Exception):
    """Another worker has taken the job over; this one must stop and write nothing more."""


class JobCanceledError(Exception):
    """A person asked the job to stop."""


def stale_after() -> timedelta:
    """The age at which a heartbeat is stale and the job counts as abandoned."""
    return timedelta(seconds=getattr(settings, "JOB_STALE_SECONDS", 30))


def claimed_only_in(states: list[str], name: str) -> models.CheckConstraint:
    """Return the constraint of a job's table: only jobs in a working state are claimed.

    Otherwise the next worker would find the job claimed.
    """
    return models.CheckConstraint(
        condition=Q(claimed_by="") | Q(state__in=states), name=f"{name}_claimed_only_at_work"
    )


class JobQuerySet(models.QuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the runs that `user` may see: limited users see only their own."""
        return own_work(self, user, by="user", since="created_at")

    def waiting(self) -> Self:
        """Return the jobs that should be running and have no living worker."""
        model: Any = self.model
        return self.filter(state__in=model.WORK_STATES).filter(
            Q(heartbeat_at=None) | Q(heartbeat_at__lt=Now() - stale_after())
        )


class Job(models.Model):
    """Base of every run. A subclass lists in `WORK_STATES` the states in which a worker has it."""

    WORK_STATES: tuple[str, ...] = ()

    heartbeat_at = models.DateTimeField(null=True, editable=False)
    claimed_by = models.CharField(max_length=120, blank=True, editable=False)
    attempts = models.PositiveIntegerField("starts", default=0, editable=False)
    # Consecutive starts that failed without any progress.
    failures = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)
    started_at = models.DateTimeField("started", null=True, editable=False)
    ended_at = models.DateTimeField("ended", null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def claim(cls, pk: object, **changes: object) -> Self | None:
        """Claim the job if it has work and no living worker, and write `changes`; otherwise return None.

        If another transaction has locked the row for a moment, such as a second confirmation, this
        waits: a dropped message would delay the job until the next sweep. In read-only mode nobody
        gets a job that writes.
        """
        cls.release_dead_claims(pk=pk)
        try:
            return cls._claim(pk, changes)
        except ReadOnlyError as error:
            logger.info("%s %s waits: %s", cls.__name__, pk, error.message)
            return None
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                logger.info("%s %s is locked by another process.", cls.__name__, pk)
                return None
            raise

    @classmethod
    def _claim(cls, pk: object, changes: dict[str, object]) -> Self | None:
        waiting = cls.objects.waiting().filter(pk=pk)
        if not waiting.exists():
            return None
        with transaction.atomic():
            _limit_lock_wait()
            # The database's clock, which the heartbeat is compared with: clocks of machines differ.
            job: Any = waiting.select_for_update().annotate(asked_at=Now()).first()
            if job is None:
                return None
            job.claimed_by = f"{processes.own_name()}/{uuid.uuid4().hex[:12]}"
            job.heartbeat_at = job.asked_at
            job.started_at = job.started_at or timezone.now()
            job.attempts += 1
            for name, value in changes.items():
                setattr(job, name, value)
            claim = ["claimed_by", "heartbeat_at", "started_at", "attempts"]
            job.save(update_fields=[*claim, *changes])
            return cast("Self", job)

    @classmethod
    def release_of_this_process(cls, pk: object) -> None:
        """Release this process's own claim on the job; nothing if another one has it."""
        mine = cls.objects.filter(pk=pk, claimed_by__startswith=f"{processes.own_name()}/")
        mine.update(claimed_by="", heartbeat_at=None)

    @contextmanager
    def hold(self, *, cancelable: bool = True) -> Iterator[None]:
        """Open a transaction that holds the job's row, and refresh this instance from it.

        Raises ClaimLostError if another worker has the job, and JobCanceledError if a person asked
        to stop; then the block does not run. A signal to stop waits until the transaction is
        committed.
        """
        with shielded(), transaction.atomic():
            fresh = type(self).objects.select_for_update().get(pk=self.pk)
            if fresh.claimed_by != self.claimed_by:
                raise ClaimLostError
            for field in self._meta.concrete_fields:
                setattr(self, field.attname, getattr(fresh, field.attname))
            if cancelable and self.cancel_requested_at is not None:
                raise JobCanceledError
            yield

    @contextmanager
    def hand_over(self, *, cancelable: bool = True, **changes: object) -> Iterator[None]:
        """Set `changes` and release the claim, in one transaction with what the block writes.

        Raises what `hold` raises.
        """
        with self.hold(cancelable=cancelable):
            for name, value in changes.items():
                setattr(self, name, value)
            yield
            changes |= {"claimed_by": "", "heartbeat_at": None, "failures": 0}
            type(self).objects.filter(pk=self.pk).update(**changes)
        self.claimed_by, self.heartbeat_at = "", None

    def may_pass(self, error: Exception) -> bool:
        """Tell whether the job may run again after `error`: not if it keeps recurring without
        progress.

        It does not matter how often a worker was stopped or killed.
        """
        if not isinstance(error, OperationalError | InterfaceError):
            return False
        if self.failures >= _MOST_FAILURES:
            return False
        self.failures += 1
        return True

    def let_go(self) -> None:
        """Release the claim before the work is done, so that the next attempt can start.

        If the database is away, the claim is released as soon as it answers (`claims.release_job`).
        """
        claims.release_job(self, failures=self.failures)

    @classmethod
    def release_dead_claims(cls, **which: object) -> int:
        """Release the claims of processes on this machine that have ended; return how many."""
        held = cls.objects.filter(**which).exclude(claimed_by="").values_list("pk", "claimed_by")
        freed = 0
        for pk, claimed_by in held:
            if not processes.is_gone(claimed_by):
                continue
            try:
                with transaction.atomic():
                    _limit_lock_wait()
                    freed += cls.objects.filter(pk=pk, claimed_by=claimed_by).update(
                        claimed_by="", heartbeat_at=None
                    )
            except OperationalError:
                logger.info("%s %s is still locked by its worker's open transaction.", cls, pk)
        return freed

    def is_canceled(self) -> bool:
        """Ask the database whether a person wants the job to stop."""
        rows = type(self).objects.filter(pk=self.pk)
        return rows.filter(cancel_requested_at__isnull=False).exists()

    @contextmanager
    def keep_alive(
        self, seconds: float | None = None, *, on_cancel: Callable[[], object] | None = None
    ) -> Iterator[None]:
        """Renew the heartbeat while the block runs; an exception that leaves the block releases the claim.

        `on_cancel` is called once, from another thread, when a person asks the job to stop.
        """
        period = seconds or stale_after().total_seconds() / 5
        if on_cancel is not None:
            period = min(period, _CANCEL_SECONDS)
        with claims.beating(self, period, on_cancel=on_cancel):
            try:
                yield
            except BaseException:
                # Even if the end of the job could not be written.
                self.let_go()
                raise


def _limit_lock_wait() -> None:
    """Wait no longer than `_LOCK_TIMEOUT` for a lock in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")


def waiting_jobs(models_: Iterable[type[Job]]) -> list[Job]:
    """Return every job that should be running and is not, oldest first."""
    found: list[Job] = []
    for model in models_:
        model.release_dead_claims(state__in=model.WORK_STATES)
        found += model.objects.waiting().order_by("pk")[:100]
    return found
