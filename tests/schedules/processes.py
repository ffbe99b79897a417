"""A Celery application for real worker and beat processes, with a task that takes its time."""

import time

from apps.core.schedulable import schedulable
from config.celery import app

__all__ = ["app"]


@schedulable(label="Long sleep", description="Works until it is killed.", name="tests.long_sleep")
def long_sleep(seconds: int = 600) -> str:
    time.sleep(seconds)
    return f"Slept {seconds} seconds."


@app.task(name="tests.slow_mail", work_queue="mail")
def slow_mail() -> None:
    time.sleep(0.1)
