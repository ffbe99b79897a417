"""What a worker does around every declared task: claim the run, keep it alive, write its end."""

from collections.abc import Callable
from traceback import format_exception
from typing import Any

from celery import Task, signals
from celery.exceptions import Retry, SoftTimeLimitExceeded
from django.db import close_old_connections, connection
from django.db.models.functions import Now
from django.utils import timezone

from apps.audit.change_sources import TASK
from apps.audit.context import audit_context
from apps.core.claims import beating
from apps.core.interruption import Interrupted, begin_to_end, interrupt
from apps.core.read_only import ReadOnlyError
from apps.core.schedulable import SCHEDULABLE_TASKS, current_due_at, current_run_id
from apps.core.stored_text import storable
from apps.schedules.change_sources import TASK_RUN
from apps.schedules.claims import run_claim
from apps.schedules.durations import took_too_long
from apps.schedules.models import TaskRun

State = TaskRun.State
# How soon somebody who cancels a run is heard.
HEARTBEAT_SECONDS = 2.0
RUN_HEADER = "task_run_id"
# Every page of runs reads the message; the traceback is read on the page of its run.
LONGEST_MESSAGE, LONGEST_TRACEBACK = 10_000, 50_000


def run_recorded(
    task: Task, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Run `function` as one `TaskRun` and return what it returned; an error is written and raised.

    A message that comes a second time finds its run claimed, and does nothing.
    """
    run = _claim(task, args, kwargs)
    if run is None:
        return None
    declared = SCHEDULABLE_TASKS.get(task.name)
    label = declared.label if declared else task.name
    token, due = current_run_id.set(run.pk), current_due_at.set(run.due_at)
    try:
        with (
            beating(run, HEARTBEAT_SECONDS, on_cancel=interrupt),
            audit_context(actor=f"task {label}", source=TASK, run=(TASK_RUN, run.pk)),
        ):
            result = function(*args, **kwargs)
    except Interrupted:
        begin_to_end()
        if _is_canceled(run):
            _end(run, State.CANCELED, "Stopped. What it had done by then stays done.")
            return None
        # Its message is sent again (apps.core.graceful_task) and carries the same run.
        _end(run, State.WAITING, "Its worker was stopped. The next one starts it again.")
        raise
    except Retry as retry:
        # The message that comes back carries the same run.
        _end(run, State.WAITING, f"Will be tried again: {retry}")
        raise
    except ReadOnlyError as error:
        # Nobody is at fault, and its next due time comes.
        _end(run, State.SKIPPED, f"{error.message} What it had done before stays done.")
        return None
    except SoftTimeLimitExceeded as error:
        limit = declared.time_limit if declared else None
        _end(run, State.FAILED, took_too_long(limit), error)
        raise
    except Exception as error:
        _end(run, State.FAILED, f"{type(error).__name__}: {error}", error)
        raise
    finally:
        current_run_id.reset(token)
        current_due_at.reset(due)
    _end(run, State.SUCCEEDED, "" if result is None else str(result))
    return result


def _claim(task: Task, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TaskRun | None:
    run_id = (task.request.headers or {}).get(RUN_HEADER) or getattr(task.request, RUN_HEADER, None)
    if run_id is None:
        # Sent by code and not by a schedule: one run per message, so that one that comes again finds it.
        run, _ = TaskRun.objects.get_or_create(
            run_key=f"message:{task.request.id}",
            defaults={
                "task_name": task.name,
                "arguments": {"args": list(args), "kwargs": kwargs},
                "due_at": timezone.now(),
            },
        )
        run_id = run.pk
    return run_claim(run_id, celery_id=task.request.id or "", worker=task.request.hostname or "")


def _is_canceled(run: TaskRun) -> bool:
    return TaskRun.objects.filter(pk=run.pk, cancel_requested_at__isnull=False).exists()


def _end(run: TaskRun, state: State, result: str, error: BaseException | None = None) -> None:
    """Write how a run ended, and release its claim with it.

    A run that a sweep has called lost, and that ends after all, did end. One that was started again meanwhile is
    another worker's.
    """
    if not connection.in_atomic_block:
        close_old_connections()
    mine = TaskRun.objects.filter(pk=run.pk, attempts=run.attempts)
    is_over = state != State.WAITING
    mine.filter(state__in=[State.RUNNING, State.LOST]).update(
        state=state,
        claimed_by="",
        heartbeat_at=Now() if is_over else None,
        ended_at=timezone.now() if is_over else None,
        message=storable(result, most=LONGEST_MESSAGE),
        traceback=storable("".join(format_exception(error)), most=LONGEST_TRACEBACK)
        if error
        else "",
    )


@signals.task_unknown.connect
def refuse_unknown(
    message: object = None,
    name: str = "",
    id: str = "",
    exc: BaseException | None = None,
    **_: object,
) -> None:
    """Write the end of a run whose task no worker knows."""
    headers = getattr(message, "headers", None) or {}
    run_id = headers.get(RUN_HEADER)
    if run_id:
        TaskRun.objects.filter(pk=run_id, state=TaskRun.State.WAITING).update(
            state=TaskRun.State.REFUSED,
            ended_at=timezone.now(),
            message=f"No worker knows the task {name}.",
        )
