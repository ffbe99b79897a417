"""Thousands of waiting mails hold up no schedule, with Redis and without: real brokers, workers and beat."""

import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db.models import QuerySet
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.core.models import QueuedMail
from apps.core.queued_mails import SEND
from apps.core.sending import send_now
from apps.schedules.models import TaskRun
from apps.schedules.services import run_send
from deploy.standalone.serve import worker_options
from tests.celery_processes import BEAT, celery, wait_for
from tests.factories.schedules import IntervalFactory, ScheduleFactory
from tests.mail_server import Server, server
from tests.schedules.processes import NOTE, long_sleep

__all__ = ["server"]  # A fixture.

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MAILS = 5000
MOST_DELAY = timedelta(seconds=5)


def _worker(queue: str) -> list[str]:
    return ["worker", *shlex.split(worker_options(queue))]


def _waiting(queue: str) -> int:
    with current_app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        return int(channel._size(queue))


def _five_thousand_mails() -> QuerySet[QueuedMail]:
    """Queue mails, each with its message; return those that wait."""
    mails = QueuedMail.objects.bulk_create(
        QueuedMail(kind=NOTE, key=f"{NOTE}:{n}", arguments={"to": f"p{n}@example.org"})
        for n in range(MAILS)
    )
    for mail in mails:
        assert send_now(SEND, [mail.pk]) is not None
    return QueuedMail.objects.filter(state="waiting")


def test_five_thousand_waiting_mails_delay_a_schedule_by_at_most_five_seconds(
    broker: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_MAIL_PORT", str(server.port))
    # A slow server: the mails wait for minutes.
    server.pause = 0.1
    mails = _five_thousand_mails()
    log = tmp_path / "celery.log"
    schedule = ScheduleFactory(
        task=long_sleep.name,
        kwargs='{"seconds": 0}',
        interval=IntervalFactory(every=10, period="seconds"),
        enabled=False,
    )
    done = TaskRun.objects.filter(schedule=schedule, state=TaskRun.State.SUCCEEDED)

    with (
        celery(tmp_path, *_worker("mail")),
        celery(tmp_path, *_worker("schedules")),
        celery(tmp_path, *BEAT),
    ):
        # Only now, so that no due time passes while the processes start.
        wait_for(lambda: len(server.taken) > 0, log, seconds=120)
        wait_for(lambda: "beat: Starting" in log.read_text(), log)
        PeriodicTask.objects.filter(pk=schedule.pk).update(enabled=True, last_run_at=timezone.now())
        wait_for(lambda: done.count() >= 4, log, seconds=120)
        assert mails.count() > MAILS / 2
    delays = [run.started_at - run.due_at for run in done if run.started_at]
    assert max(delays) <= MOST_DELAY
    assert set(schedule.runs.values_list("reason", flat=True)) == {""}


def test_each_worker_takes_the_messages_of_its_queue_alone(broker: str, tmp_path: Path) -> None:
    assert send_now(SEND, [1]) is not None
    by_hand = ScheduleFactory(task=long_sleep.name, kwargs='{"seconds": 0}', enabled=False)
    run = TaskRun.objects.create(
        run_key="mine",
        schedule=by_hand,
        task_name=long_sleep.name,
        arguments={"kwargs": {"seconds": 0}},
        due_at=timezone.now(),
    )
    assert run_send(run=run)
    with celery(tmp_path, *_worker("schedules")):
        wait_for(
            TaskRun.objects.filter(pk=run.pk, state="succeeded").exists, tmp_path / "celery.log"
        )
    assert _waiting("mail") == 1
