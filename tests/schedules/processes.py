"""A Celery application for real worker and beat processes, with a task that takes its time."""

import os
import time
from datetime import timedelta

from django.conf import settings

from apps.core.schedulable import current_run_id, schedulable
from config.celery import app

__all__ = ["app"]

if port := os.environ.get("TEST_MAIL_PORT"):
    # The mail server of the test; its own settings are not this process's.
    settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(port), 20


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


@app.task(name="tests.slow_mail", work_queue="mail")
def slow_mail() -> None:
    time.sleep(0.1)
