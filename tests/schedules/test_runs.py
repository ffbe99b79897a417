"""From a due time to a message, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import Permission
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule
from kombu.exceptions import OperationalError

from apps.core import sending
from apps.core.errors import DomainError, MissingPermission
from apps.schedules.models import TaskRun
from apps.schedules.scheduler import Entry, RecordingScheduler, due_time
from apps.schedules.services import run_dispatch, runs_sweep, schedule_run_now
from tests.factories.accounts import StaffFactory
from tests.factories.schedules import IntervalFactory, ScheduleFactory

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def test_a_due_time_is_sent_once(sent: list) -> None:
    schedule = ScheduleFactory()

    first = run_dispatch(schedule=schedule, due_at=DUE)
    TaskRun.objects.update(state=TaskRun.State.SUCCEEDED)
    second = run_dispatch(schedule=schedule, due_at=DUE)

    assert first is not None
    assert second is None
    assert [message["headers"]["task_run_id"] for message in sent] == [first.pk]
    assert first.schedule_name == schedule.name


def test_no_second_run_lines_up_while_the_first_waits(sent: list) -> None:
    schedule = ScheduleFactory()
    run_dispatch(schedule=schedule, due_at=DUE)
    assert run_dispatch(schedule=schedule, due_at=DUE + timedelta(hours=1)) is None
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"task": "os.system"}, "not declared"),
        ({"task": "celery.backend_cleanup"}, "not declared"),
        ({"args": '["surplus"]'}, "takes no arguments"),
        ({"kwargs": "{broken"}, "not JSON"),
        ({"kwargs": "[]"}, "JSON object"),
    ],
)
def test_what_may_not_run_becomes_a_refused_run_and_no_message(
    sent: list, fields: dict, says: str
) -> None:
    run = run_dispatch(schedule=ScheduleFactory(**fields), due_at=DUE)

    assert run is not None
    assert run.state == TaskRun.State.REFUSED
    assert says in run.message
    assert sent == []


def test_a_broker_that_is_down_leaves_the_run_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    # The broker alone is a stand-in here: nothing else can be down at will.
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(current_app, "send_task", refuse)
    monkeypatch.setattr(sending, "_paused_until", 0.0)

    run = run_dispatch(schedule=ScheduleFactory(), due_at=DUE)

    assert run is not None
    run.refresh_from_db()
    assert run.state == TaskRun.State.WAITING


def test_run_now_asks_for_its_permission(sent: list) -> None:
    with pytest.raises(MissingPermission):
        schedule_run_now(schedule=ScheduleFactory(), actor=StaffFactory())
    assert not TaskRun.objects.exists()


def test_run_now_works_on_a_disabled_schedule(
    sent: list, django_capture_on_commit_callbacks
) -> None:
    actor = StaffFactory()
    actor.user_permissions.add(Permission.objects.get(codename="run_task"))

    with django_capture_on_commit_callbacks(execute=True):
        run = schedule_run_now(schedule=ScheduleFactory(enabled=False), actor=actor)

    assert run.started_by == actor
    assert len(sent) == 1


def test_run_now_refuses_an_undeclared_task(sent: list) -> None:
    actor = StaffFactory()
    actor.user_permissions.add(Permission.objects.get(codename="run_task"))
    with pytest.raises(DomainError, match="not declared"):
        schedule_run_now(schedule=ScheduleFactory(task="os.system"), actor=actor)
    assert not TaskRun.objects.exists()


def test_the_due_time_stands_on_what_the_database_holds() -> None:
    schedule = ScheduleFactory()
    entry = Entry(schedule, app=current_app)
    # Three beats that sent the last message at their own moments.
    for second in (0, 1, 3599):
        last = datetime(2026, 3, 2, 6, 0, tzinfo=UTC) + timedelta(seconds=second)
        assert due_time(entry.schedule, last) == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2026-03-01T00:00", "2026-03-02T06:07"),
        ("2026-03-02T06:07", "2026-03-02T06:17"),
        ("2026-03-02T06:16", "2026-03-02T06:17"),
        ("2026-03-29T03:01", "2026-03-29T03:07"),
    ],
)
def test_an_interval_counts_from_the_moment_before_which_it_does_not_run(
    last: str, due: str
) -> None:
    interval = IntervalFactory(every=10, period="minutes")
    start = datetime(2026, 3, 2, 6, 7, tzinfo=UTC)
    entry = Entry(ScheduleFactory(interval=interval, start_time=start), app=current_app)
    found = due_time(entry.schedule, datetime.fromisoformat(f"{last}+00:00"))
    assert found == datetime.fromisoformat(f"{due}+00:00")


@pytest.mark.parametrize(
    ("zone", "last", "due"),
    [
        ("UTC", "2026-03-02T06:59:00+00:00", "2026-03-02T07:00:00+00:00"),
        ("UTC", "2026-03-02T07:00:01+00:00", "2026-03-09T07:00:00+00:00"),
        ("Europe/Berlin", "2026-03-23T06:00:01+00:00", "2026-03-30T05:00:00+00:00"),
    ],
)
def test_a_crontab_is_due_at_its_own_hour_in_its_own_zone(zone: str, last: str, due: str) -> None:
    crontab = CrontabSchedule(minute="0", hour="7", day_of_week="1", timezone=zone)
    found = due_time(crontab.schedule, datetime.fromisoformat(last))
    assert found == datetime.fromisoformat(due)


@pytest.mark.django_db(transaction=True)
def test_a_beat_killed_before_it_wrote_does_not_send_twice(sent: list) -> None:
    schedule = ScheduleFactory(last_run_at=timezone.now() - timedelta(hours=2))
    for _ in range(2):
        # Each scheduler starts from what the database holds, and never syncs.
        scheduler = RecordingScheduler(app=current_app, lazy=True)
        schedule.refresh_from_db()
        entry = Entry(schedule, app=current_app)
        assert entry.is_due().is_due
        scheduler.reserve(entry)
        scheduler.apply_async(entry, advance=False)
        TaskRun.objects.update(state=TaskRun.State.SUCCEEDED)
        scheduler._finalize.cancel()

    assert TaskRun.objects.count() == 1
    assert len(sent) == 1


def test_beat_writes_back_when_it_sent_and_nothing_else() -> None:
    schedule = ScheduleFactory(description="As beat read it")
    entry = Entry(schedule, app=current_app)
    after = next(entry)
    type(schedule).objects.filter(pk=schedule.pk).update(description="Edited meanwhile")

    after.save()

    schedule.refresh_from_db()
    assert schedule.description == "Edited meanwhile"
    assert schedule.total_run_count == 1


def test_a_run_that_the_broker_did_not_take_goes_at_the_next_due_time(
    sent: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It held back every later run of its schedule until the sweep, which itself is such a run."""
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    schedule = ScheduleFactory()
    # The broker had taken this one's message, and may have lost it when it went away.
    other = run_dispatch(schedule=ScheduleFactory(), due_at=timezone.now())
    with monkeypatch.context() as away:

        def refuse(*_: Any, **__: Any) -> None:
            raise OperationalError("the broker is away")

        away.setattr(current_app, "send_task", refuse)
        run = run_dispatch(schedule=schedule, due_at=timezone.now())
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    assert run is not None
    assert other is not None
    sent.clear()
    TaskRun.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    assert run_dispatch(schedule=schedule, due_at=timezone.now()) is None
    assert run_dispatch(schedule=schedule, due_at=timezone.now()) is None
    assert [message["headers"]["task_run_id"] for message in sent] == [run.pk]

    assert runs_sweep() == (0, 1)
    assert [message["headers"]["task_run_id"] for message in sent] == [run.pk, other.pk]
