"""A Celery application for real worker and beat processes, with a task that takes its time."""

import os
import time
from datetime import timedelta
from pathlib import Path

from celery.signals import beat_init, worker_init
from django.conf import settings
from django.core.mail import EmailMessage

from apps.core.schedulable import Missed, current_due_at, current_run_id, schedulable
from config.celery import app
from tests.schedules import moved_clock

__all__ = ["app"]

if port := os.environ.get("TEST_MAIL_PORT"):
    # The mail server of the test; its own settings are not this process's.
    settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(port), 20


@beat_init.connect
@worker_init.connect
def follow_the_clock_of_the_test(**_: object) -> None:
    if path := os.environ.get("TEST_CLOCK"):
        moved_clock.follow(Path(path))


@schedulable(label="Long sleep", description="Works until it is killed.", name="tests.long_sleep")
def long_sleep(seconds: int = 600) -> str:
    time.sleep(seconds)
    return f"Slept {seconds} seconds."


@schedulable(
    label="Second try",
    description="Ends only when it begins again.",
    name="tests.second_try",
    is_idempotent=True,
)
def second_try() -> str:
    from apps.schedules.models import TaskRun

    if not TaskRun.objects.get(pk=current_run_id.get()).times_lost:
        time.sleep(600)
    return "Went on."


@schedulable(
    label="Too slow",
    description="Takes longer than it may.",
    name="tests.too_slow",
    time_limit=timedelta(seconds=2),
)
def too_slow() -> str:
    time.sleep(600)
    return "Never."


def due_at() -> str:
    due = current_due_at.get()
    return f"Due at {due:%Y-%m-%d %H:%M}." if due else "Due never."


# By what becomes of the due times that passed without a scheduler.
DUE_AT = {
    missed: schedulable(
        label=f"Say when, {missed}",
        description="Says when it was due.",
        name=f"tests.due_at_{missed}",
        missed=missed,
    )(due_at)
    for missed in Missed
}


NOTE = "note of a test"


@worker_init.connect
def declare_a_mail(**_: object) -> None:
    # Stands on a model, which there is only now.
    from apps.core.queued_mails import MailKind, mail_kind

    mail_kind(NOTE, MailKind(lambda mail: EmailMessage("Note", to=[str(mail.arguments["to"])])))
