"""Creates runs and sends their messages."""

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
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
from apps.schedules.locks import lock_schedule
from apps.schedules.models import TaskRun
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.task_names import declared_tasks, problem_with_schedule

# A younger run without a message is about to be sent by the process that made it.
UNSENT_AFTER = timedelta(seconds=5)


def runs_to_send(**which: object) -> list[TaskRun]:
    """Return the waiting runs whose message no broker has, and which need not wait for another run to end.

    Without a filter only those that the process that made them should have sent by now.
    """
    unsent = TaskRun.objects.filter(state=TaskRun.State.WAITING, celery_id="")
    which = which or {"created_at__lt": Now() - UNSENT_AFTER}
    return list(runs_next_in_line(unsent.filter(**which)).order_by("pk"))


def runs_next_in_line(runs: QuerySet[TaskRun]) -> QuerySet[TaskRun]:
    """Leave out those that wait for an earlier run of their schedule to end."""
    before = TaskRun.objects.filter(
        schedule=OuterRef("schedule"), state__in=TaskRun.OPEN, pk__lt=OuterRef("pk")
    )
    overlapping = [task.name for task in declared_tasks() if task.may_overlap]
    return runs.filter(Q(task_name__in=overlapping) | ~Exists(before))


@transaction.atomic
def schedule_run_now(*, schedule: PeriodicTask, reason: str = "", actor: Actor) -> TaskRun:
    """Run a schedule's task now, enabled or not; the message is sent when this is committed.

    Raises `MissingPermission`, and `DomainError` for a task that may not run.
    """
    require(actor, "schedules.run_task")
    refuse_limited(actor, "Scheduled tasks affect every organization.")
    schedule = lock_schedule(schedule)
    problem = problem_with_schedule(schedule)
    if problem:
        raise DomainError(problem)
    run = TaskRun.objects.create(
        run_key=f"{schedule.pk}:by-hand:{uuid.uuid4()}",
        schedule=schedule,
        schedule_name=schedule.name,
        task_name=schedule.task,
        arguments={
            "args": json.loads(schedule.args or "[]"),
            "kwargs": json.loads(schedule.kwargs or "{}"),
        },
        due_at=timezone.now(),
        started_by=user_or_none(actor),
        real_started_by_id=real_actor_id(),
    )
    with audit_context(actor=actor, reason=reason):
        record_event(
            event_kinds.TASK_RUN_NOW,
            target=schedule,
            schedule=schedule.name,
            task=schedule.task,
            run=run.pk,
        )
    after_commit(lambda: run_send(run=run, options={"queue": schedule.queue}))
    return run


def run_send(*, run: TaskRun, options: Mapping[str, Any] | None = None) -> bool:
    """Send the message of a waiting run; return whether the broker took it.

    A message that gets lost is sent again by the sweep, and one that comes twice finds the run
    taken. A broker that is away is no reason to lose the run: it waits, and the scheduler or the sweep
    sends it. The broker may have lost the messages of the other waiting runs as well.
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
    TaskRun.objects.filter(pk=run.pk).update(celery_id=message_id, sent_at=Now())
    return True
