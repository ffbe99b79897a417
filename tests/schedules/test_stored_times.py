"""The form and the database agree on what is a time: whatever the one takes, the other takes."""

from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.core.errors import DomainError
from apps.schedules.models import TaskRun
from apps.schedules.services import schedule_create, schedule_update, schedules_settle
from apps.schedules.timetables import due_after
from apps.schedules.timing import store, timing_of
from apps.schedules.when import parse
from tests.factories.accounts import SuperuserFactory
from tests.factories.schedules import ScheduleFactory

pytestmark = pytest.mark.django_db

_PARTS = st.sampled_from(
    [
        "*",
        "0",
        "7",
        "07",
        "007",
        "31",
        "59",
        "1-5",
        "5-1",
        "01-003",
        "1-5-9",
        "*/5",
        "*/05",
        "*/99",
        "*/100",
        "*/1000",
        "1/5",
        "2-20/3",
        "2-20/",
        "1-5!",
        "mon",
        "monkey",
        "jan",
        "feb-mar",
        "friday",
        "\u0663",
        "\u00b2",
        "-",
        "*5",
    ]
)
_FIELDS = st.lists(_PARTS, min_size=1, max_size=3).map(",".join)
_SENTENCES = st.one_of(
    st.tuples(*[_FIELDS] * 5).map(lambda fields: f"cron: {' '.join(fields)}"),
    st.tuples(_FIELDS, st.just("*"), _FIELDS, st.just("*"), st.just("*")).map(
        lambda fields: f"cron: {' '.join(fields)}"
    ),
    st.tuples(st.integers(0, 10**12), st.sampled_from(["seconds", "minutes", "hours", "days", "weeks"])).map(
        lambda parts: f"every {parts[0]} {parts[1]}"
    ),
    st.datetimes().map(lambda at: f"once on {at:%Y-%m-%d} at {at:%H:%M}"),
)  # fmt: skip


@pytest.mark.django_db(transaction=False)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sentence=_SENTENCES)
@example(sentence="cron: 1-5-9 * * * *")
@example(sentence="cron: */100 * * * *")
@example(sentence="cron: 000-005 * * * *")
@example(sentence="cron: mon * * * *")
@example(sentence="cron: 0 0 1 mon *")
@example(
    sentence=f"cron: 0 {','.join(['1-2', '2-3', '3-4', '4-5', '5-6', '6-7', '7-8'] * 4)} * * *"
)
@example(sentence=f"cron: 0 {','.join(f'{n}-{m}' for n in range(6) for m in range(6))} * * *")
@example(sentence=f"cron: {','.join(map(str, range(60)))} * * * *")
@example(sentence="sun: sunset nan 13")
@example(sentence="sun: sunset 52 sNaN")
@example(sentence="once on 9999-12-31 at 23:59")
@example(sentence="every 36600 days")
def test_each_sentence_that_is_understood_is_stored_and_read_back(sentence: str) -> None:
    try:
        timing = parse(sentence)
    except ValueError:
        return
    with transaction.atomic():
        fields = store(timing)
        schedule = PeriodicTask.objects.create(name="Mine", task="none", **fields)
        stored = PeriodicTask.objects.get(pk=schedule.pk)
        assert timing_of(stored) == timing
        assert len(list(islice(due_after(stored, timezone.now()), 2))) <= 2
        transaction.set_rollback(True)


def _refused(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("sentence", "table", "change"),
    [
        ("every hour", "interval", "every = 9, period = 'seconds'"),
        ("every hour", "interval", "every = -5"),
        ("every hour", "interval", "every = 2000000000, period = 'days'"),
        ("every hour", "interval", "period = 'microseconds'"),
        ("every hour", "interval", "period = 'fortnights'"),
        ("daily at 07:00", "crontab", "minute = '1/5'"),
        ("daily at 07:00", "crontab", "minute = '1-5-9'"),
        ("daily at 07:00", "crontab", "minute = 'mon'"),
        ("daily at 07:00", "crontab", "month_of_year = 'mon'"),
        ("daily at 07:00", "crontab", "day_of_week = 'someday'"),
        ("daily at 07:00", "crontab", "day_of_month = '30', month_of_year = '2'"),
        ("daily at 07:00", "crontab", "day_of_month = '31', month_of_year = '4,6'"),
        ("daily at 07:00", "crontab", "timezone = 'Foo+3'"),
        ("daily at 07:00", "crontab", "timezone = 'europe/berlin'"),
        ("daily at 07:00", "crontab", "timezone = 'Foo/Bar+3'"),
        ("once on 2126-01-01 at 07:00", "clocked", "clocked_time = 'infinity'"),
        ("once on 2126-01-01 at 07:00", "clocked", "clocked_time = '20000-01-01'"),
        ("once on 2126-01-01 at 07:00", "clocked", "clocked_time = '0044-03-15 BC'"),
        ("sun: sunset 52 13", "solar", "latitude = 91"),
        ("sun: sunset 52 13", "solar", "event = 'eclipse'"),
    ],
)
def test_the_database_refuses_a_time_that_the_form_refuses(
    sentence: str, table: str, change: str
) -> None:
    store(parse(sentence))
    _refused(f"UPDATE django_celery_beat_{table}schedule SET {change}")  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "expires = 'infinity'",
        "start_time = '-infinity'",
        "last_run_at = '20000-01-01'",
        "date_changed = 'infinity'",
        "start_time = '2026-11-22', expires = '2026-11-21'",
        "expires = '2126-11-21', expire_seconds = 5",
        "expire_seconds = -1",
        "crontab_id = (SELECT id FROM django_celery_beat_crontabschedule)",
        "name = ' '",
        "priority = 256",
    ],
)
def test_the_database_refuses_a_schedule_that_cannot_be_read(change: str) -> None:
    store(parse("daily at 07:00"))
    ScheduleFactory()
    _refused(f"UPDATE django_celery_beat_periodictask SET {change}")  # noqa: S608


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"start_time": timedelta(days=2), "expires": timedelta(days=1)}, "must be later than"),
        ({"expires": timedelta(days=1), "expire_seconds": 5}, "not both"),
        ({"start_time": timedelta(days=-300 * 365)}, "must be between the years 1900 and 9999"),
        ({"name": "  "}, "needs a name"),
    ],
)
def test_the_service_says_why_the_database_would_refuse(fields: dict[str, Any], says: str) -> None:
    root, now = SuperuserFactory(), timezone.now()
    fields = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    task = "apps.schedules.tasks.prune_alarms"
    new: dict[str, Any] = {"name": "Mine", "task": task, "when": "every hour", **fields}
    with pytest.raises(DomainError, match=says):
        schedule_create(**new, actor=root)
    with pytest.raises(DomainError, match=says):
        schedule_update(schedule=ScheduleFactory(), reason="Now", actor=root, **fields)


def test_a_row_that_python_cannot_read_holds_nobody_up(
    sent: list, caplog: pytest.LogCaptureFixture
) -> None:
    now = timezone.now()
    broken = ScheduleFactory(**store(parse("daily at 07:00")), last_run_at=now)
    ScheduleFactory(last_run_at=now - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_celery_beat_crontabschedule SET timezone = 'Europe/BERLIN'")

    for _ in range(2):
        schedules_settle(now=now)

    assert TaskRun.objects.filter(state="waiting").count() == 1
    assert [record.args[0] for record in caplog.records if record.args] == [broken.name]


def test_a_clock_that_was_ahead_does_not_stop_a_schedule(sent: list) -> None:
    now = timezone.now()
    schedule = ScheduleFactory(last_run_at=now + timedelta(days=365))

    schedules_settle(now=now)
    schedules_settle(now=now + timedelta(hours=1))

    assert schedule.runs.count() == 1
