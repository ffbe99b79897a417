"""The Celery application. Worker and beat start the embedded database too, and say when they are up."""

import warnings
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, import_modules, worker_ready
from django.conf import settings

import deploy.standalone.file_broker  # noqa: F401  # Makes the transport known.
from config import entry
from deploy.standalone import readiness, reloading

if TYPE_CHECKING:
    from celery.beat import Service

# Must come before the application: this variable enables Celery's Django support.
entry.choose_settings()

# Celery warns root because of pickled messages; ours are JSON alone (CELERY_ACCEPT_CONTENT).
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("quarterdeck", task_cls="apps.core.graceful_task:GracefulTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def enter(**_kwargs: object) -> None:
    entry.enter()


@import_modules.connect
def require_ports(**_kwargs: object) -> None:
    """Celery's own receiver, connected before ours, has set Django up."""
    entry.require_ports()


@beat_init.connect
def refuse_another_scheduler(sender: "Service", **_kwargs: object) -> None:
    """Refuse Celery's --scheduler: another scheduler sends a due time twice if two processes run."""
    # Its module needs the models, which are there only now.
    from apps.schedules.scheduler import RecordingScheduler

    if not isinstance(sender.scheduler, RecordingScheduler):
        raise SystemExit(
            f"{type(sender.scheduler).__name__} does not record which due times were sent. Start beat without "
            "--scheduler: CELERY_BEAT_SCHEDULER names ours."
        )


@worker_ready.connect
@beat_init.connect
def follow_the_code(**_kwargs: object) -> None:
    if settings.DEBUG:
        reloading.end_on_change()


@worker_ready.connect
def log_that_the_worker_is_ready(sender: Any, **_kwargs: object) -> None:
    """The worker reaches its broker and takes messages."""
    readiness.say(sender.hostname.partition("@")[0])


@beat_init.connect
def log_that_beat_is_ready(sender: "Service", **_kwargs: object) -> None:
    """Beat has read its schedules; it is ready once it reaches the broker that it sends to."""
    with sender.app.connection_for_write() as connection:
        connection.ensure_connection()
    readiness.say("beat")
