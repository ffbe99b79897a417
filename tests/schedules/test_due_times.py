"""Each due time gets one row, whatever becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, PeriodicTask

from apps.core.schedulable import Missed, schedulable
from apps.schedules.models import TaskRun
from apps.schedules.services import runs_prune, schedules_settle
from tests.at_once import at_once
from tests.factories.schedules import IntervalFactory, ScheduleFactory, TaskRunFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _nothing() -> str:
    return "Nothing."


for _name, _options in {
    "tests.skip": {"missed": Missed.SKIP},
    "tests.once": {"missed": Missed.ONCE},
    "tests.all": {"missed": Missed.ALL},
    "tests.both": {"may_overlap": True},
}.items():
    schedulable(label=_name, description="Does nothing.", name=_name, **_options)(_nothing)


def _schedule(task: str = "tests.once", **fields: Any) -> PeriodicTask:
    schedule = ScheduleFactory(task=task, **{"last_run_at": NOON} | fields)
    return PeriodicTask.objects.get(pk=schedule.pk)


def _rows(schedule: PeriodicTask) -> list[tuple[datetime, str]]:
    return list(schedule.runs.order_by("due_at").values_list("due_at", "state"))


def test_a_due_time_has_one_row_and_one_message_however_often_it_is_settled(sent: list) -> None:
    schedule = _schedule()
    for second in (0, 1, 2):
        schedules_settle(now=NOON + timedelta(hours=1, seconds=second))

    assert _rows(schedule) == [(NOON + timedelta(hours=1), "waiting")]
    run = schedule.runs.get()
    assert [message["headers"]["task_run_id"] for message in sent] == [run.pk]
    assert (run.reason, run.schedule_name) == ("", schedule.name)
    schedule.refresh_from_db()
    assert schedule.total_run_count == 1


def test_the_database_refuses_a_second_row_of_a_due_time() -> None:
    schedule = _schedule()
    first = TaskRunFactory(schedule=schedule, run_key="")
    with pytest.raises(IntegrityError, match="taskrun_one_per_due_time"), transaction.atomic():
        TaskRunFactory(schedule=schedule, run_key="", due_at=first.due_at)


def test_a_row_that_did_not_run_must_say_why() -> None:
    with pytest.raises(IntegrityError, match="has_a_reason"), transaction.atomic():
        TaskRunFactory(state=TaskRun.State.SKIPPED)


@pytest.mark.django_db(transaction=True)
def test_schedulers_that_look_at_once_write_each_due_time_once(sent: list) -> None:
    schedule = _schedule("tests.both", interval=IntervalFactory(every=10, period="seconds"))
    for tick in range(1, 7):
        now = NOON + timedelta(seconds=10 * tick)
        at_once([lambda now=now: schedules_settle(now=now)] * 4)
        schedules_settle(now=now)

    assert _rows(schedule) == [(NOON + timedelta(seconds=10 * n), "waiting") for n in range(1, 7)]
    schedule.refresh_from_db()
    assert schedule.total_run_count == 6


@pytest.mark.parametrize(
    ("task", "states"),
    [
        ("tests.skip", ["missed"] * 48),
        ("tests.once", ["missed"] * 47 + ["waiting"]),
        ("tests.all", ["waiting"] * 48),
    ],
)
def test_two_days_without_a_scheduler(task: str, states: list[str], sent: list) -> None:
    schedule = _schedule(task)
    schedules_settle(now=NOON + timedelta(days=2, minutes=30))

    rows = _rows(schedule)
    assert [due for due, _ in rows] == [NOON + timedelta(hours=n) for n in range(1, 49)]
    assert [state for _, state in rows] == states
    assert set(schedule.runs.values_list("reason", flat=True)) == {
        "No scheduler was running when it was due."
    }
    # One at a time: the others line up behind the first.
    assert len(sent) == min(1, states.count("waiting"))
    schedule.refresh_from_db()
    assert schedule.total_run_count == 48


def test_of_a_long_time_without_a_scheduler_the_latest_run_and_one_row_tells_of_the_others(
    sent: list,
) -> None:
    schedule = _schedule("tests.all", interval=IntervalFactory(every=10, period="seconds"))
    schedules_settle(now=NOON + timedelta(days=1))

    rows = _rows(schedule)
    assert [state for _, state in rows] == ["missed"] + ["waiting"] * 3000
    assert rows[-1][0] == NOON + timedelta(days=1)
    assert rows[1][0] - rows[0][0] == timedelta(seconds=10)
    told = schedule.runs.get(state="missed")
    assert told.reason == "5,640 due times up to this one were left out: too many had passed."
    assert len(sent) == 1


def test_what_lines_up_goes_one_after_the_other(sent: list) -> None:
    schedule = _schedule("tests.all")
    schedules_settle(now=NOON + timedelta(hours=3))
    for done in range(1, 4):
        TaskRun.objects.update(created_at=NOON)
        schedules_settle(now=NOON + timedelta(hours=3))
        schedules_settle(now=NOON + timedelta(hours=3))
        assert len(sent) == done
        head = TaskRun.objects.filter(state="waiting").order_by("id").first()
        TaskRun.objects.filter(pk=head.pk).update(state="succeeded")
    assert [message["headers"]["task_run_id"] for message in sent] == list(
        schedule.runs.order_by("due_at").values_list("pk", flat=True)
    )


@pytest.mark.parametrize(("state", "word"), [("running", "running"), ("waiting", "waiting")])
def test_a_due_time_is_skipped_while_the_run_before_it_is_there(
    state: str, word: str, sent: list
) -> None:
    schedule = _schedule()
    first = TaskRunFactory(schedule=schedule, state=state, celery_id="sent")

    schedules_settle(now=NOON + timedelta(hours=1))

    skipped = schedule.runs.get(run_key="")
    assert skipped.state == TaskRun.State.SKIPPED
    assert skipped.reason.startswith(f"Run {first.pk} was still {word}")
    assert skipped.ended_at is not None
    assert sent == []


def test_a_task_that_may_overlap_runs_beside_the_run_before_it(sent: list) -> None:
    schedule = _schedule("tests.both")
    TaskRunFactory(schedule=schedule, state="running")
    schedules_settle(now=NOON + timedelta(hours=1))
    assert schedule.runs.get(run_key="").state == TaskRun.State.WAITING
    assert len(sent) == 1


def test_a_short_stall_of_the_scheduler_misses_nothing_and_runs_once(sent: list) -> None:
    schedule = _schedule(interval=IntervalFactory(every=10, period="seconds"))
    schedules_settle(now=NOON + timedelta(seconds=31))
    assert [state for _, state in _rows(schedule)] == ["skipped", "skipped", "waiting"]
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
    sent: list, fields: dict[str, str], says: str
) -> None:
    schedule = _schedule(**fields)
    schedules_settle(now=NOON + timedelta(hours=1))
    run = schedule.runs.get()
    assert run.state == TaskRun.State.REFUSED
    assert says in run.message
    assert sent == []
    schedule.refresh_from_db()
    assert schedule.enabled


def test_a_schedule_that_cannot_be_read_holds_nobody_up(
    sent: list, caplog: pytest.LogCaptureFixture
) -> None:
    broken = _schedule(name="Aaa")
    PeriodicTask.objects.filter(pk=broken.pk).update(interval=None)
    other = _schedule(name="Zzz")
    for _ in range(3):
        schedules_settle(now=NOON + timedelta(hours=1))
    assert len(_rows(other)) == 1
    assert caplog.text.count("“Aaa” never runs") == 1


def test_a_moment_comes_once_and_the_schedule_is_disabled_then(sent: list) -> None:
    clocked = ClockedSchedule.objects.create(clocked_time=NOON)
    schedule = _schedule(interval=None, clocked=clocked, one_off=True, last_run_at=None)
    for minute in (0, 1):
        schedules_settle(now=NOON + timedelta(minutes=minute))
    assert _rows(schedule) == [(NOON, "waiting")]
    schedule.refresh_from_db()
    assert not schedule.enabled
    history = schedule.history.latest("history_id")
    assert history.history_change_reason == "It runs once, and has run."


def test_no_schedule_is_due_before_it_was_made(sent: list) -> None:
    schedule = _schedule(last_run_at=None)
    schedules_settle(now=schedule.date_changed)
    assert _rows(schedule) == []


def test_daily_at_half_past_two_runs_once_on_both_nights_of_a_clock_change(sent: list) -> None:
    crontab = CrontabSchedule.objects.create(minute="30", hour="2", timezone="Europe/Berlin")
    for day in (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC)):
        schedule = _schedule(interval=None, crontab=crontab, last_run_at=day)
        # Every quarter of an hour of the night a scheduler looks.
        for quarter in range(1, 96):
            schedules_settle(now=day + timedelta(minutes=15 * quarter))
        assert len(_rows(schedule)) == 1


def test_a_run_is_marked_as_frequent_where_it_comes_more_often_than_hourly(sent: list) -> None:
    often = _schedule(interval=IntervalFactory(every=59, period="minutes"))
    hourly = _schedule()
    schedules_settle(now=NOON + timedelta(hours=1))
    assert often.runs.get().is_frequent
    assert not hourly.runs.get().is_frequent


def test_of_one_schedule_a_number_is_kept_and_failures_are_counted_on_their_own() -> None:
    busy = _schedule()
    ended = {"schedule": busy, "ended_at": NOON + timedelta(days=2)}
    failed = [TaskRunFactory(state="failed", **ended) for _ in range(5)]
    good = [TaskRunFactory(state="succeeded", **ended) for _ in range(5)]
    other = TaskRunFactory(state="succeeded", ended_at=NOON + timedelta(days=2))

    assert runs_prune(most=3) == 4
    assert set(TaskRun.objects.all()) == {*failed[2:], *good[2:], other}
