"""Creates runs and sends their messages."""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.accounts.actors import user_or_none
from apps.audit.context import audit_context, real_actor_id
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.core.sending import after_commit, send_now
from apps.schedules import event_kinds
from apps.schedules.models import TaskRun
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.task_names import problem_with

logger = logging.getLogger(__name__)

# A newer run without a message is about to be sent by the process that created it.
UNSENT_AFTER = timedelta(seconds=10)


def run_dispatch(
    *, schedule: PeriodicTask, due_at: datetime, options: Mapping[str, Any] | None = None
) -> TaskRun | None:
    """Make the run of a schedule that is due, and send it; return nothing where it has its run.

    A due time is sent once, however many processes ask: the run's key is unique. While an earlier run of the
    schedule still waits for a worker no second one is lined up behind it; if the broker did not take its
    message, that is sent now. What is not declared, or cannot be called like that, becomes a refused run.
    """
    waiting = TaskRun.objects.filter(
        schedule=schedule, state=TaskRun.State.WAITING, started_by__isnull=True
    )
    if waiting.exists():
        logger.info("%s is due, and its last run still waits for a worker.", schedule.name)
        for run in waiting.filter(celery_id="", created_at__lt=timezone.now() - UNSENT_AFTER):
            run_send(run=run, options=options)
        return None
    run, is_new = _create(schedule, f"{schedule.pk}:{due_at.isoformat()}", due_at, None)
    if not is_new:
        logger.info("%s has its run for %s already.", schedule.name, due_at)
        return None
    if run.state == TaskRun.State.WAITING:
        run_send(run=run, options=options)
    return run


@transaction.atomic
def schedule_run_now(*, schedule: PeriodicTask, reason: str = "", actor: Actor) -> TaskRun:
    """Run a schedule's task now, enabled or not; the message is sent when this is committed.

    Raises `MissingPermission`, and `DomainError` for a task that may not run.
    """
    require(actor, "schedules.run_task")
    refuse_limited(actor, "Scheduled tasks affect every organization.")
    problem = problem_with(schedule.task, schedule.args, schedule.kwargs)
    if problem:
        raise DomainError(problem)
    run, _ = _create(schedule, f"{schedule.pk}:by-hand:{uuid.uuid4()}", timezone.now(), actor)
    with audit_context(actor=actor, reason=reason):
        record_event(
            event_kinds.TASK_RUN_NOW,
            target=schedule,
            schedule=schedule.name,
            task=schedule.task,
            run=run.pk,
        )
    after_commit(lambda: run_send(run=run, options={"queue": schedule.queue or None}))
    return run


def _create(
    schedule: PeriodicTask, run_key: str, due_at: datetime, actor: Actor
) -> tuple[TaskRun, bool]:
    problem = problem_with(schedule.task, schedule.args, schedule.kwargs)
    fields: dict[str, Any] = {
        "schedule": schedule,
        "schedule_name": schedule.name,
        "task_name": schedule.task,
        "due_at": due_at,
        "started_by": user_or_none(actor),
        "real_started_by_id": real_actor_id(),
    }
    if problem:
        fields |= {"state": TaskRun.State.REFUSED, "message": problem, "ended_at": timezone.now()}
    else:
        fields["arguments"] = {
            "args": json.loads(schedule.args or "[]"),
            "kwargs": json.loads(schedule.kwargs or "{}"),
        }
    return TaskRun.objects.get_or_create(run_key=run_key, defaults=fields)


def run_send(*, run: TaskRun, options: Mapping[str, Any] | None = None) -> bool:
    """Send the message of a waiting run; return whether the broker took it.

    A message that gets lost is sent again by the sweep, and one that comes twice finds the run
    taken. A broker that is away is no reason to lose the run: it waits, and the schedule's next due time or
    the sweep sends it. The broker may have lost the messages of the other waiting runs as well.
    """
    given = {key: value for key, value in (options or {}).items() if value is not None}
    headers = {**given.pop("headers", {}), RUN_HEADER: run.pk}
    message_id = send_now(
        run.task_name,
        run.arguments.get("args", []),
        run.arguments.get("kwargs", {}),
        headers=headers,
        **given,
    )
    if message_id is None:
        TaskRun.objects.filter(state=TaskRun.State.WAITING).exclude(celery_id="").update(
            celery_id=""
        )
        return False
    TaskRun.objects.filter(pk=run.pk).update(celery_id=message_id)
    return True
