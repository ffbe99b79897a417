"""What a person decides on a run: to cancel it, to run it again, or to leave it at that."""

import uuid

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.audit.context import audit_context, real_actor_id
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.core.sending import after_commit
from apps.schedules import event_kinds
from apps.schedules.locks import lock_run
from apps.schedules.models import Alarm, TaskRun
from apps.schedules.services.runs import run_send
from apps.schedules.task_names import declared_tasks, problem_with


@transaction.atomic
def run_repeat(*, run: TaskRun, reason: str = "", actor: Actor) -> TaskRun:
    """Run the task of an ended run again with its arguments and for its due time; return the new run.

    Raises `MissingPermission`, and `DomainError` for a run that has not ended or a task that may not run.
    """
    locked = _ended(run, actor)
    arguments = locked.arguments
    problem = problem_with(locked.task_name, arguments.get("args", []), arguments.get("kwargs", {}))
    if problem:
        raise DomainError(problem)
    new = TaskRun.objects.create(
        run_key=f"{locked.pk}:again:{uuid.uuid4()}",
        schedule=locked.schedule,
        schedule_name=locked.schedule_name,
        task_name=locked.task_name,
        arguments=arguments,
        due_at=locked.due_at,
        started_by=user_or_none(actor),
        real_started_by_id=real_actor_id(),
    )
    _decide(locked, actor)
    with audit_context(actor=actor, reason=reason):
        record_event(
            event_kinds.TASK_RUN_NOW,
            target=locked.schedule,
            schedule=locked.schedule_name,
            task=locked.task_name,
            run=new.pk,
            again=locked.pk,
        )
    queue = locked.schedule.queue if locked.schedule else None
    after_commit(lambda: run_send(run=new, options={"queue": queue}))
    return new


@transaction.atomic
def run_leave(*, run: TaskRun, reason: str, actor: Actor) -> bool:
    """Note that a lost run is not run again; return whether nobody had decided before.

    That also acknowledges its alarm, which would otherwise ask for this decision until the next success.
    Raises `MissingPermission`, and `DomainError` for a run that is not lost, or without a reason.
    """
    locked = _ended(run, actor)
    if locked.state != TaskRun.State.LOST:
        raise DomainError(f"Run {locked.pk} isn't lost.")
    if not reason.strip():
        raise DomainError("A reason is required.")
    if locked.decided_at is not None:
        return False
    _decide(locked, actor)
    with audit_context(actor=actor, reason=reason):
        record_event(
            event_kinds.TASK_RUN_LEFT,
            target=locked.schedule,
            schedule=locked.schedule_name,
            task=locked.task_name,
            run=locked.pk,
        )
        Alarm.objects.open().filter(run=locked, kind=Alarm.Kind.LOST).update(
            acknowledged_at=Now(), acknowledged_by=user_or_none(actor), note=reason.strip()
        )
    return True


@transaction.atomic
def run_cancel(*, run: TaskRun, reason: str, actor: Actor) -> bool:
    """Stop a run: at once if it waits, and at its next safe point if it runs. Return whether that is new.

    Raises `MissingPermission`, and `DomainError` for a run that has ended, or without a reason.
    """
    locked = _locked(run, actor)
    if locked.state not in TaskRun.OPEN:
        raise DomainError(f"Run {locked.pk} has ended.")
    if not run_can_be_stopped(locked):
        raise DomainError(
            f"Run {locked.pk} can't be stopped halfway: its task doesn't allow it. It ends by itself."
        )
    if not reason.strip():
        raise DomainError("A reason is required.")
    if locked.cancel_requested_at is not None:
        return False
    now = timezone.now()
    changes: dict[str, object] = {"cancel_requested_at": now}
    if locked.state == TaskRun.State.WAITING:
        changes |= {
            "state": TaskRun.State.CANCELED,
            "ended_at": now,
            "message": "Canceled before it began.",
        }
    TaskRun.objects.filter(pk=locked.pk).update(**changes)
    with audit_context(actor=actor, reason=reason):
        record_event(
            event_kinds.TASK_RUN_CANCELED,
            target=locked.schedule,
            schedule=locked.schedule_name,
            task=locked.task_name,
            run=locked.pk,
        )
    return True


def run_can_be_stopped(run: TaskRun) -> bool:
    """Tell whether a run that has not ended would stop if somebody asked."""
    task = declared_tasks().get(run.task_name)
    return run.state == TaskRun.State.WAITING or task is None or task.is_interruptible


def _locked(run: TaskRun, actor: Actor) -> TaskRun:
    require(actor, "schedules.run_task")
    refuse_limited(actor, "Scheduled tasks affect every organization.")
    return lock_run(run)


def _ended(run: TaskRun, actor: Actor) -> TaskRun:
    locked = _locked(run, actor)
    if locked.state in TaskRun.OPEN:
        raise DomainError(f"Run {locked.pk} hasn't ended. Wait until it has.")
    return locked


def _decide(run: TaskRun, actor: Actor) -> None:
    TaskRun.objects.filter(pk=run.pk, decided_at=None).update(
        decided_at=timezone.now(), decided_by=user_or_none(actor)
    )
