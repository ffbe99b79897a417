"""Runs when a worker or the scheduler starts, and around each task."""

from contextlib import ExitStack
from typing import Any

from celery import signals

from apps.flags.evaluation.askers import TASK_SECONDS, Known, remembering
from apps.flags.watch import flags_watch_start, flags_watch_stop

_tasks: dict[str, ExitStack] = {}


@signals.worker_process_init.connect
def watch_in_worker(**_: object) -> None:
    """A process of the pool has started; the one that forks them answers no question."""
    flags_watch_start("worker")


@signals.worker_process_shutdown.connect
def stop_in_worker(**_: object) -> None:
    # The pool ends its processes without Python's own clean-up.
    flags_watch_stop()


@signals.beat_init.connect
def watch_in_beat(**_: object) -> None:
    flags_watch_start("beat")


@signals.task_prerun.connect
def remember_in_task(task_id: str = "", task: Any = None, **_: object) -> None:
    """Let a task look up each person at most once a second."""
    if task is not None and not task.request.is_eager and not task.request.called_directly:
        flags_watch_start("worker")  # Other pools have threads, and start no processes.
    stack = _tasks[task_id] = ExitStack()
    stack.enter_context(remembering(Known(TASK_SECONDS)))


@signals.task_postrun.connect
def forget_after_task(task_id: str = "", **_: object) -> None:
    if stack := _tasks.pop(task_id, None):
        stack.close()
