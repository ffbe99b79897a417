"""Thousands of waiting mails hold up no schedule, with Redis and without: real brokers, workers and beat."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from apps.core.sending import send_now
from apps.schedules.models import TaskRun
from deploy.standalone.serve import worker_options
from tests.celery_processes import BEAT, celery, wait_for
from tests.factories.schedules import IntervalFactory, ScheduleFactory
from tests.schedules.processes import long_sleep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MAILS = 5000


def _worker(queue: str) -> list[str]:
    return ["worker", *shlex.split(worker_options(queue))]


def _waiting(queue: str) -> int:
    with current_app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        return int(channel._size(queue))


def test_a_schedule_runs_while_five_thousand_mails_wait(broker: str, tmp_path: Path) -> None:
    for _ in range(MAILS):
        assert send_now("tests.slow_mail", queue="mail") is not None
    schedule = ScheduleFactory(
        task=long_sleep.name,
        kwargs='{"seconds": 0}',
        interval=IntervalFactory(every=10, period="seconds"),
        last_run_at=timezone.now(),
    )
    done = TaskRun.objects.filter(schedule=schedule, state=TaskRun.State.SUCCEEDED)

    with (
        celery(tmp_path, *_worker("mail")),
        celery(tmp_path, *_worker("schedules")),
        celery(tmp_path, *BEAT),
    ):
        log = tmp_path / "celery.log"
        wait_for(lambda: _waiting("mail") < MAILS, log)
        wait_for(lambda: done.count() >= 3, log, seconds=120)
        assert _waiting("mail") > 0
    assert set(done.values_list("reason", flat=True)) == {""}


def test_each_worker_takes_the_messages_of_its_queue_alone(broker: str, tmp_path: Path) -> None:
    assert send_now("tests.slow_mail", queue="mail") is not None
    by_hand = ScheduleFactory(task=long_sleep.name, kwargs='{"seconds": 0}', enabled=False)
    run = TaskRun.objects.create(
        run_key="mine",
        schedule=by_hand,
        task_name=long_sleep.name,
        arguments={"kwargs": {"seconds": 0}},
        due_at=timezone.now(),
    )
    from apps.schedules.services import run_send

    assert run_send(run=run)
    with celery(tmp_path, *_worker("schedules")):
        wait_for(
            TaskRun.objects.filter(pk=run.pk, state="succeeded").exists, tmp_path / "celery.log"
        )
    assert _waiting("mail") == 1
