"""Cleans up lost and old runs."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.core.processes import is_gone
from apps.schedules.models import TaskRun
from apps.schedules.recorder import HEARTBEAT_SECONDS
from apps.schedules.services.runs import UNSENT_AFTER, run_send

LOST_AFTER = timedelta(seconds=3 * HEARTBEAT_SECONDS)
SEND_AGAIN_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
CHATTY_KEPT_FOR = timedelta(days=2)


def runs_sweep() -> tuple[int, int]:
    """Mark runs with a stale heartbeat as lost, and send runs again that never started; return how
    many of each.

    A killed worker leaves its run without a heartbeat. The run is not restarted automatically: the
    schedule's next time, or a person, starts a new one.
    """
    now = timezone.now()
    running = TaskRun.objects.filter(_is_dead(now), state=TaskRun.State.RUNNING).update(
        state=TaskRun.State.LOST,
        ended_at=now,
        message="The worker stopped without reporting a result.",
    )
    waiting = TaskRun.objects.filter(state=TaskRun.State.WAITING)
    never = waiting.filter(created_at__lt=now - GIVEN_UP_AFTER).update(
        state=TaskRun.State.LOST, ended_at=now, message="No worker started it within a day."
    )
    unsent = Q(celery_id="", touched_at__lt=now - UNSENT_AFTER)
    silent = unsent | Q(touched_at__lt=now - SEND_AGAIN_AFTER)
    again = list(waiting.annotate(touched_at=Coalesce("heartbeat_at", "created_at")).filter(silent))
    for run in again:
        TaskRun.objects.filter(pk=run.pk).update(heartbeat_at=now)
        run_send(run=run)
    return running + never, len(again)


def _is_dead(now: datetime) -> Q:
    """Runs whose heartbeat has stopped, or whose process of this machine has ended."""
    running = TaskRun.objects.filter(state=TaskRun.State.RUNNING).exclude(process="")
    ended = {name for name in running.values_list("process", flat=True).distinct() if is_gone(name)}
    return Q(heartbeat_at__lt=now - LOST_AFTER) | Q(process__in=ended)


def runs_prune() -> int:
    """Delete old runs; return how many.

    Runs are kept for thirty days, and successful runs of frequent schedules for two.
    """
    ended = TaskRun.objects.filter(ended_at__isnull=False)
    now = timezone.now()
    chatty = Q(state=TaskRun.State.SUCCEEDED, schedule__interval__period__in=["seconds", "minutes"])
    old = Q(ended_at__lt=now - KEPT_FOR) | (chatty & Q(ended_at__lt=now - CHATTY_KEPT_FOR))
    deleted, _ = ended.filter(old).delete()
    return deleted
