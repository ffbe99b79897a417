"""What a worker does around every declared task: claim the run, keep it alive, write its end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import Task, signals
from celery.exceptions import Retry, SoftTimeLimitExceeded
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from apps.audit.change_sources import TASK
from apps.audit.context import audit_context
from apps.core.interruption import Interrupted, begin_to_end
from apps.core.processes import own_name
from apps.core.schedulable import SCHEDULABLE_TASKS, current_due_at, current_run_id
from apps.schedules.change_sources import TASK_RUN
from apps.schedules.claims import run_claim
from apps.schedules.durations import took_too_long
from apps.schedules.models import TaskRun

# A run whose last sign of life is older than three beats is lost.
HEARTBEAT_SECONDS = 10
RUN_HEADER = "task_run_id"


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
            _heartbeat(run.pk),
            audit_context(actor=f"task {label}", source=TASK, run=(TASK_RUN, run.pk)),
        ):
            result = function(*args, **kwargs)
    except Interrupted:
        # Its message is sent again (apps.core.graceful_task) and carries the same run.
        begin_to_end()
        _end(run.pk, TaskRun.State.WAITING, "Its worker was stopped. The next one starts it again.")
        raise
    except Retry as retry:
        # The message that comes back carries the same run.
        _end(run.pk, TaskRun.State.WAITING, f"Will be tried again: {retry}")
        raise
    except SoftTimeLimitExceeded:
        limit = declared.time_limit if declared else None
        _end(run.pk, TaskRun.State.FAILED, took_too_long(limit))
        raise
    except Exception as error:
        _end(run.pk, TaskRun.State.FAILED, f"{type(error).__name__}: {error}")
        raise
    finally:
        current_run_id.reset(token)
        current_due_at.reset(due)
    _end(run.pk, TaskRun.State.SUCCEEDED, "" if result is None else str(result))
    return result


def _claim(task: Task, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TaskRun | None:
    now = timezone.now()
    started = {
        "state": TaskRun.State.RUNNING,
        "started_at": now,
        "heartbeat_at": now,
        "celery_id": task.request.id or "",
        "worker": task.request.hostname or "",
        "process": own_name(),
    }
    run_id = (task.request.headers or {}).get(RUN_HEADER) or getattr(task.request, RUN_HEADER, None)
    if run_id is None:
        # Sent by code and not by a schedule: one run per message, so that one that comes again finds it.
        run, is_new = TaskRun.objects.get_or_create(
            run_key=f"message:{task.request.id}",
            defaults={
                "task_name": task.name,
                "arguments": {"args": list(args), "kwargs": kwargs},
                "due_at": now,
                **started,
            },
        )
        if is_new:
            return run
        run_id = run.pk
    return run_claim(run_id, started)


def _end(run_id: int, state: TaskRun.State, result: str) -> None:
    now = timezone.now()
    if not connection.in_atomic_block:
        close_old_connections()
    # A run that a sweep has called lost, and that ends after all, did end.
    # One that was started again meanwhile is another worker's.
    mine = TaskRun.objects.filter(pk=run_id, process=own_name())
    mine.filter(state__in=[TaskRun.State.RUNNING, TaskRun.State.LOST]).update(
        state=state,
        ended_at=None if state == TaskRun.State.WAITING else now,
        heartbeat_at=now,
        message=result,
    )


@contextmanager
def _heartbeat(run_id: int) -> Iterator[None]:
    stop = threading.Event()
    # Inside a test's transaction another connection would not see the run.
    if connection.in_atomic_block:
        yield
        return
    beating = threading.Thread(target=_beat, args=(run_id, stop), daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()


def _beat(run_id: int, stop: threading.Event) -> None:
    try:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                mine = TaskRun.objects.filter(pk=run_id, process=own_name())
                mine.filter(state=TaskRun.State.RUNNING).update(heartbeat_at=timezone.now())
            except Error:
                # The next beat tries again, on a new connection.
                connection.close()
    finally:
        connection.close()


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
