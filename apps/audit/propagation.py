"""Carries the audit context into tasks and commands."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from celery import Task
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.core.management.base import BaseCommand

from apps.audit import change_sources
from apps.audit.context import AuditContext, actor_of, audit_context, current, layer
from apps.core.uuid7 import uuid7

HEADER = "audit"
_running: dict[str, AbstractContextManager[None]] = {}


def install() -> None:
    """Attribute the changes of tasks and commands to them by name."""
    before_task_publish.connect(_send, dispatch_uid="audit")
    task_prerun.connect(_enter, dispatch_uid="audit")
    task_postrun.connect(_leave, dispatch_uid="audit")
    if not hasattr(BaseCommand.execute, "__wrapped__"):
        BaseCommand.execute = _named(BaseCommand.execute)  # type: ignore[method-assign]


def _send(headers: dict[str, Any] | None = None, **_: object) -> None:
    context = current()
    if context and headers is not None:
        headers[HEADER] = {"root": str(context.root), "request_id": context.request_id}


def _enter(task_id: str, task: Task, **_: object) -> None:
    outer = current()  # There is one where the task runs inside its caller.
    # A worker makes attributes of a message's headers; a task called in place keeps them apart.
    sent = (
        getattr(task.request, HEADER, None)
        or (task.request.headers or {}).get(HEADER)
        or {
            "root": str(outer.root) if outer else "",
            "request_id": outer.request_id if outer else "",
        }
    )
    change_set = uuid7()
    actor = actor_of(f"task {task.name}")
    manager = layer(
        AuditContext(
            # The task's changes can be found from the request that started it.
            root=uuid.UUID(sent["root"]) if sent["root"] else change_set,
            base=change_set,
            actor=lambda: actor,
            real_actor=lambda: actor_of(None),
            source=change_sources.TASK,
            request_id=sent["request_id"],
            path=f"task {task_id}",
        )
    )
    manager.__enter__()
    _running[task_id] = manager


def _leave(task_id: str, **_: object) -> None:
    if manager := _running.pop(task_id, None):
        manager.__exit__(None, None, None)


def _named(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def wrapper(self: BaseCommand, *args: Any, **options: Any) -> Any:
        if current() is not None:
            return execute(self, *args, **options)
        name = type(self).__module__.rpartition(".")[2]
        with audit_context(actor=f"command {name}", source=change_sources.COMMAND):
            return execute(self, *args, **options)

    return wrapper
