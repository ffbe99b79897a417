"""Cleans up lost and old runs."""

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, When, Window
from django.db.models.functions import Coalesce, Now, RowNumber
from django.utils import timezone

from apps.core.jobs import stale_after
from apps.core.processes import is_gone
from apps.schedules.durations import took_too_long
from apps.schedules.models import TaskRun
from apps.schedules.retention import KEPT_DAYS, KEPT_RUNS
from apps.schedules.services.runs import UNSENT_AFTER, run_send, runs_next_in_line
from apps.schedules.task_names import declared_tasks

# With the ten seconds between two looks, a message that the broker lost costs less than a minute.
SEND_AGAIN_AFTER = timedelta(seconds=45)
GIVEN_UP_AFTER = timedelta(days=1)
# A run that was lost this often is not started again by itself.
MOST_TIMES_LOST = 3
LOST = "Its worker ended without reporting a result. Run it again, or leave it at that."


def runs_sweep() -> tuple[int, int]:
    """Decide on runs whose worker ended, send again what never began; return how many of each.

    A worker that was killed leaves its run without a heartbeat. An idempotent task is started again by itself,
    but only three times: it may be what kills its worker. Any other run is lost and waits for a person.
    """
    now = timezone.now()
    dead = TaskRun.objects.filter(_is_dead(), state=TaskRun.State.RUNNING)
    ended = list(dead.values_list("pk", flat=True))
    _end_canceled(ended, now)
    _end_overlong(ended, now)
    _start_again(ended, now)
    TaskRun.objects.filter(pk__in=ended, state=TaskRun.State.RUNNING).update(
        state=TaskRun.State.LOST,
        claimed_by="",
        times_lost=F("times_lost") + 1,
        ended_at=now,
        message=LOST,
    )
    waiting = TaskRun.objects.filter(state=TaskRun.State.WAITING)
    never = waiting.filter(created_at__lt=Now() - GIVEN_UP_AFTER, times_lost=0).update(
        state=TaskRun.State.LOST, ended_at=now, message="No worker started it within a day."
    )
    unsent = Q(celery_id="", touched_at__lt=Now() - UNSENT_AFTER)
    silent = unsent | Q(touched_at__lt=Now() - SEND_AGAIN_AFTER)
    touched = Coalesce("sent_at", "created_at")
    again = list(runs_next_in_line(waiting.annotate(touched_at=touched).filter(silent)))
    for run in again:
        TaskRun.objects.filter(pk=run.pk).update(sent_at=Now())
        run_send(run=run)
    return len(ended) + never, len(again)


def _end_canceled(ended: list[int], now: datetime) -> None:
    """End the runs that somebody had asked to stop when their worker ended."""
    TaskRun.objects.filter(
        pk__in=ended, state=TaskRun.State.RUNNING, cancel_requested_at__isnull=False
    ).update(
        state=TaskRun.State.CANCELED,
        claimed_by="",
        ended_at=now,
        message="Its worker ended after it was asked to stop.",
    )


def _end_overlong(ended: list[int], now: datetime) -> None:
    """Fail the runs that were killed because they took too long: begun again, they would do so again."""
    runs = TaskRun.objects.filter(pk__in=ended, state=TaskRun.State.RUNNING)
    for run in runs.exclude(started_at=None):
        declared = declared_tasks().get(run.task_name)
        if declared and run.started_at and now - run.started_at >= declared.time_limit:
            runs.filter(pk=run.pk).update(
                state=TaskRun.State.FAILED,
                claimed_by="",
                ended_at=now,
                message=took_too_long(declared.time_limit),
            )


def _start_again(ended: list[int], now: datetime) -> None:
    idempotent = [task.name for task in declared_tasks() if task.is_idempotent]
    TaskRun.objects.filter(
        pk__in=ended,
        state=TaskRun.State.RUNNING,
        task_name__in=idempotent,
        times_lost__lt=MOST_TIMES_LOST,
    ).update(
        state=TaskRun.State.WAITING,
        times_lost=F("times_lost") + 1,
        claimed_by="",
        celery_id="",
        sent_at=None,
        heartbeat_at=None,
        message="Its worker ended. It is started again.",
    )


def _is_dead() -> Q:
    """Runs whose heartbeat has stopped, or whose process of this machine has ended.

    Measured by the database's clock, which also writes the heartbeats: clocks of machines differ.
    """
    running = TaskRun.objects.filter(state=TaskRun.State.RUNNING).exclude(claimed_by="")
    ended = [name for name in running.values_list("claimed_by", flat=True) if is_gone(name)]
    return Q(heartbeat_at__lt=Now() - stale_after()) | Q(claimed_by__in=ended)


def runs_prune(*, days: int = KEPT_DAYS, most: int = KEPT_RUNS) -> int:
    """Delete the record of runs that ended more than `days` ago, or of which a schedule has more than `most`.

    Return how many. What ended badly is counted on its own, so that nothing else pushes it out. A lost run that
    waits for a person stays.
    """
    ended = TaskRun.objects.filter(ended_at__isnull=False)
    ended = ended.exclude(pk__in=TaskRun.objects.undecided().values("pk"))
    deleted, _ = ended.filter(ended_at__lt=timezone.now() - timedelta(days=days)).delete()
    ended_badly = Case(When(state__in=TaskRun.UNHAPPY, then=True), default=False)
    of_one_schedule = Window(
        RowNumber(),
        partition_by=[F("schedule"), F("task_name"), ended_badly],
        order_by=F("id").desc(),
    )
    placed = ended.annotate(place=of_one_schedule)
    surplus = list(placed.filter(place__gt=most).values_list("pk", flat=True))
    more, _ = TaskRun.objects.filter(pk__in=surplus).delete()
    return deleted + more
