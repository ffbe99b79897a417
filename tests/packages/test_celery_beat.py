"""The documented ways of django-celery-beat, each tried with our scheduler.

The chapters: interval and crontab schedules, arguments, disabling, bulk changes, time zones, clocked, solar, and
one-off tasks, schedules in the settings, and starting beat.
"""

import json
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app, schedules
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
    SolarSchedule,
)

from apps.core.schedulable import schedulable
from apps.schedules.models import TaskRun
from apps.schedules.scheduler import RecordingScheduler
from apps.schedules.services import schedules_settle
from apps.schedules.timetables import next_due
from tests.celery_processes import BEAT, celery
from tests.schedules.conftest import sent

__all__ = ["sent"]

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "tests.import_contacts"


@schedulable(label="Import contacts", description="Does nothing.", name=TASK)
def import_contacts(source: str = "file", *, be_careful: bool = False) -> str:
    return f"{source}, {'carefully' if be_careful else 'boldly'}."


def beat() -> RecordingScheduler:
    return RecordingScheduler(app=current_app)


def every_ten_seconds() -> IntervalSchedule:
    schedule, _ = IntervalSchedule.objects.get_or_create(every=10, period=IntervalSchedule.SECONDS)
    return schedule


def created(**fields: Any) -> PeriodicTask:
    values = {"name": "Importing contacts", "task": TASK} | fields
    if not values.keys() & {"interval", "crontab", "solar", "clocked"}:
        values["interval"] = every_ten_seconds()
    return PeriodicTask.objects.create(**values)


def send_due(task: PeriodicTask) -> TaskRun:
    """Let beat look at the moment at which the task is due."""
    task.refresh_from_db()
    due = next_due(task)
    assert due is not None
    schedules_settle(now=due)
    return TaskRun.objects.get(schedule=task)


class TestCreating:
    def test_an_interval_task_with_arguments_is_sent_with_them(self, sent: Any) -> None:
        task = created(
            args=json.dumps(["ftp"]),
            kwargs=json.dumps({"be_careful": True}),
            expires=timezone.now() + timedelta(hours=1),
        )
        run = send_due(task)

        assert run.state == TaskRun.State.WAITING
        assert run.arguments == {"args": ["ftp"], "kwargs": {"be_careful": True}}
        assert sent[0]["headers"]["task"] == TASK
        assert run.start_by == task.expires

    def test_a_crontab_task_keeps_its_time_zone(self) -> None:
        crontab, _ = CrontabSchedule.objects.get_or_create(
            minute="30",
            hour="*",
            day_of_week="*",
            day_of_month="*",
            month_of_year="*",
            timezone=zoneinfo.ZoneInfo("Canada/Pacific"),
        )
        created(crontab=crontab)

        schedule = beat().schedule["Importing contacts"].schedule
        assert isinstance(schedule, schedules.crontab)
        assert str(schedule.tz) == "Canada/Pacific"
        assert schedule.minute == {30}

    def test_a_clocked_task_runs_once_at_its_time(self, sent: Any) -> None:
        at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        clocked = ClockedSchedule.objects.create(clocked_time=at)
        with pytest.raises(ValidationError, match="one off"):
            created(clocked=clocked)
        task = created(clocked=clocked, one_off=True)

        assert send_due(task).due_at == at

    def test_a_solar_task_is_scheduled(self) -> None:
        solar = SolarSchedule.objects.create(event="sunrise", latitude="52.5", longitude="13.4")
        created(solar=solar)

        assert isinstance(beat().schedule["Importing contacts"].schedule, schedules.solar)

    def test_two_schedules_or_none_are_refused(self) -> None:
        crontab = CrontabSchedule.objects.create(minute="0")
        with pytest.raises(ValidationError):
            created(interval=every_ten_seconds(), crontab=crontab)
        with pytest.raises(ValidationError):
            created(interval=None)

    def test_a_start_time_is_waited_for(self, sent: Any) -> None:
        start = timezone.now() + timedelta(days=1)
        task = created(start_time=start)
        beat().tick()
        assert not task.runs.exists()

        assert send_due(task).due_at == start

    def test_an_interval_under_ten_seconds_is_refused_by_name(self) -> None:
        refusal = pytest.raises(IntegrityError, match="interval_is_ten_seconds_or_more")
        with refusal, transaction.atomic():
            IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            (
                {"task": "proj.tasks.import_contacts"},
                "is not declared as one that may be scheduled",
            ),
            ({"kwargs": '{"color": "blue"}'}, "color"),
            ({"args": "not JSON"}, "not JSON"),
        ],
    )
    def test_what_cannot_run_becomes_a_refused_run_that_says_why(
        self, fields: dict[str, str], sentence: str, sent: Any
    ) -> None:
        task = PeriodicTask(name="Wrong", interval=every_ten_seconds(), **{"task": TASK} | fields)
        task.save()
        run = send_due(task)

        assert run.state == TaskRun.State.REFUSED
        assert sentence in run.message
        assert sent == []

    def test_queue_priority_and_headers_go_with_the_message(self, sent: Any) -> None:
        task = created(priority=7, headers=json.dumps({"origin": "nightly"}))
        send_due(task)

        assert sent[0]["headers"]["origin"] == "nightly"
        assert sent[0]["headers"]["periodic_task_name"] == task.name


class TestChanging:
    def test_a_disabled_task_leaves_the_schedule(self) -> None:
        task = created()
        assert task.name in beat().schedule
        task.enabled = False
        task.save()

        assert task.name not in beat().schedule
        assert task.last_run_at is None

    def test_a_running_beat_notices_every_change_at_its_next_tick(self, sent: Any) -> None:
        """Nothing is kept in memory, so `PeriodicTasks.update_changed()` does no harm and is not needed."""
        scheduler = beat()
        task = created()
        long_ago = timezone.now() - timedelta(days=1)
        PeriodicTask.objects.filter(pk=task.pk).update(enabled=False, last_run_at=long_ago)
        scheduler.tick()
        assert not task.runs.exists()

        PeriodicTask.objects.filter(pk=task.pk).update(enabled=True)
        scheduler.tick()
        assert task.runs.filter(state=TaskRun.State.WAITING).count() == 1

    def test_a_changed_crontab_is_noticed(self) -> None:
        crontab = CrontabSchedule.objects.create(minute="0")
        task = created(crontab=crontab)
        crontab.minute = "30"
        crontab.save()
        due = next_due(PeriodicTask.objects.get(pk=task.pk))
        assert due is not None
        assert due.minute == 30

    def test_the_last_run_can_be_reset_after_a_change_of_the_time_zone(self) -> None:
        task = created()
        PeriodicTask.objects.update(last_run_at=None)
        PeriodicTasks.update_changed()

        due = next_due(PeriodicTask.objects.get(pk=task.pk))
        assert due is not None
        assert due > task.date_changed

    def test_each_change_is_in_the_history(self) -> None:
        task = created()
        task.enabled = False
        task.save()
        PeriodicTask.objects.filter(pk=task.pk).update(enabled=True)

        assert [row.enabled for row in task.history.all()] == [True, False, True]


class TestStarting:
    def test_schedules_of_the_settings_become_records(self, monkeypatch: Any) -> None:
        monkeypatch.setitem(
            current_app.conf,
            "beat_schedule",
            {"From the settings": {"task": TASK, "schedule": 30.0, "kwargs": {"source": "ftp"}}},
        )
        scheduler = beat()

        assert "From the settings" in scheduler.schedule
        task = PeriodicTask.objects.get(name="From the settings")
        assert (task.interval.every, json.loads(task.kwargs)) == (30, {"source": "ftp"})

    def test_another_scheduler_on_the_command_line_is_refused(self, tmp_path: Path) -> None:
        with celery(tmp_path, *BEAT, "--scheduler", "django") as process:
            code = process.wait(90)

        assert code != 0
        assert "Start beat without --scheduler" in (tmp_path / "celery.log").read_text()
        assert not PeriodicTask.objects.filter(name="celery.backend_cleanup").exists()
