"""Clocks of machines differ: how long something has waited or been silent is measured by the database's alone."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.schedules.claims import run_claim
from apps.schedules.models import TaskRun
from apps.schedules.services import runs_sweep
from apps.schedules.services.runs import runs_to_send
from tests.factories.schedules import TaskRunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[timedelta(minutes=10), -timedelta(minutes=10)], ids=["ahead", "behind"])
def wrong(request: pytest.FixtureRequest) -> datetime:
    """The time on a machine whose clock is wrong."""
    moment: datetime = timezone.now() + request.param
    return moment


def test_a_scheduler_whose_clock_is_wrong_takes_no_run_from_a_worker(wrong: datetime) -> None:
    run = TaskRunFactory()
    assert run_claim(run.pk) is not None
    # Of another machine, so that its heartbeat alone tells.
    TaskRun.objects.update(claimed_by="elsewhere/boot/1.1/x")
    with time_machine.travel(wrong):
        runs_sweep()
    run.refresh_from_db()
    assert (run.state, run.times_lost) == ("running", 0)


def test_a_worker_whose_clock_is_wrong_is_neither_late_nor_taken_for_dead(wrong: datetime) -> None:
    run = TaskRunFactory()
    with time_machine.travel(wrong):
        claimed = run_claim(run.pk)
    assert claimed is not None
    TaskRun.objects.update(claimed_by="elsewhere/boot/1.1/x")
    runs_sweep()
    run.refresh_from_db()
    assert (run.state, run.reason) == ("running", "")
    assert not TaskRun.objects.waiting().exists()


def test_a_scheduler_whose_clock_is_wrong_sends_what_was_not_sent(
    wrong: datetime, sent: list
) -> None:
    run = TaskRunFactory()
    TaskRun.objects.update(created_at=timezone.now() - timedelta(seconds=30))
    with time_machine.travel(wrong):
        assert runs_to_send() == [run]
        runs_sweep()
    assert len(sent) == 1
    run.refresh_from_db()
    assert run.sent_at is not None
    assert abs(run.sent_at - timezone.now()) < timedelta(minutes=5)
