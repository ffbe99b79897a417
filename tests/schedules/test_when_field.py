"""The field "When" of a schedule, its next runs, and schedules that cannot be read."""

import html
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from apps.audit.models import Event
from apps.schedules.services import schedules_settle
from apps.schedules.timing import store
from apps.schedules.when import parse
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.forms import opened

pytestmark = pytest.mark.django_db
ADMIN = "admin:django_celery_beat_periodictask"


@pytest.fixture
def root(client: Client) -> Any:
    user = SuperuserFactory()
    client.force_login(user)
    return user


def _schedule(sentence: str, **fields: Any) -> PeriodicTask:
    schedule: PeriodicTask = ScheduleFactory(**{**store(parse(sentence)), **fields})
    return schedule


def _page(schedule: PeriodicTask) -> str:
    return reverse(f"{ADMIN}_change", args=[schedule.pk])


def save(client: Client, url: str, changes: dict[str, str]) -> None:
    answer = client.post(url, {**opened(client, url), **changes})
    assert answer.status_code == 302, answer.context["errors"]


def _text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def _sql(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_sentence_is_stored_and_shown_again(client: Client, root: Any) -> None:
    data = {
        "name": "Mine",
        "task": "apps.schedules.tasks.prune_task_runs",
        "when": "every monday and thursday at 7:00",
        "time_zone": "America/New_York",
        "args": "[]",
        "kwargs": "{}",
        "_reason": "Asked for",
    }
    assert client.post(reverse(f"{ADMIN}_add"), data).status_code == 302

    schedule = PeriodicTask.objects.get()
    crontab = schedule.crontab
    assert (crontab.minute, crontab.hour, crontab.day_of_week) == ("0", "7", "1,4")
    form = client.get(_page(schedule)).context["adminform"].form
    assert form["when"].initial == "Mondays and Thursdays at 07:00"
    assert form["time_zone"].initial == "America/New_York"
    assert "Mondays and Thursdays at 07:00 America/New_York" in _text(
        client.get(reverse(f"{ADMIN}_changelist"))
    )


def test_another_sentence_leaves_the_timing_of_others_alone(client: Client, root: Any) -> None:
    mine, other = _schedule("daily at 07:00"), _schedule("daily at 07:00")
    assert mine.crontab_id == other.crontab_id

    save(client, _page(mine), {"when": "every 30 minutes", "_reason": "More often"})

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.interval.every, mine.crontab) == (30, None)
    assert other.crontab.hour == "7"
    event = Event.objects.get(kind="schedule_change")
    assert event.data["changes"]["when"][1] == "every 30 minutes"
    versions = mine.history.order_by("-history_id")[:2]
    assert [(one.interval_id, one.crontab_id) for one in versions] == [
        (mine.interval_id, None),
        (None, other.crontab_id),
    ]
    assert CrontabSchedule.history.filter(id=other.crontab_id).count() == 1
    assert client.get(reverse(f"{ADMIN}_history", args=[mine.pk])).status_code == 200


def test_another_time_zone_alone_keeps_the_sentence(client: Client, root: Any) -> None:
    schedule = _schedule("daily at 07:00 Europe/Berlin")
    save(client, _page(schedule), {"time_zone": "Asia/Tokyo", "_reason": "They moved"})
    schedule.refresh_from_db()
    assert (schedule.crontab.hour, str(schedule.crontab.timezone)) == ("7", "Asia/Tokyo")


def test_a_zone_in_the_sentence_counts_before_the_chosen_one(client: Client, root: Any) -> None:
    schedule = _schedule("daily at 07:00 Europe/Berlin")
    save(client, _page(schedule), {"when": "daily at 08:00 Asia/Tokyo", "_reason": "They moved"})
    schedule.refresh_from_db()
    assert (schedule.crontab.hour, str(schedule.crontab.timezone)) == ("8", "Asia/Tokyo")


def test_a_refused_sentence_stays_in_the_form_with_what_is_understood(
    client: Client, root: Any
) -> None:
    schedule = _schedule("daily at 07:00")
    url = _page(schedule)
    page = client.post(url, {**opened(client, url), "when": "dayly at 7", "_reason": "Typo"})
    assert page.context["adminform"].form["when"].value() == "dayly at 7"
    assert "“dayly” is not a day. Write daily, weekdays, weekends" in _text(page)


def test_the_next_five_runs_are_shown_before_and_after_saving(client: Client, root: Any) -> None:
    url = reverse(f"{ADMIN}_when")
    body = _text(client.get(url, {"when": "daily at 03:40", "time_zone": "Asia/Kathmandu"}))
    assert body.count("<time") == 5
    assert "03:40 Asia/Kathmandu" in body
    assert "Understood as “daily at 03:40 Asia/Kathmandu”" in body

    assert "Moondays" in _text(client.get(url, {"when": "Moondays at 7"})).title()
    assert client.post(url).status_code == 405
    assert _text(client.get(_page(_schedule("daily at 03:40")))).count("data-exact") == 5


def test_a_clock_change_among_the_next_runs_is_marked(client: Client, root: Any) -> None:
    sentence = {"when": "cron: 0 6 1 1,4,9,12 *", "time_zone": "Europe/Berlin"}
    body = _text(client.get(reverse(f"{ADMIN}_when"), sentence))
    assert "Clocks in Europe/Berlin go forward by 60 min before this run." in body
    assert "Clocks in Europe/Berlin go back by 60 min before this run." in body


def test_those_who_may_only_look_see_the_sentence_and_the_next_runs(client: Client) -> None:
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_periodictask"))
    client.force_login(user)
    body = _text(client.get(_page(_schedule("weekdays at 07:00 Europe/Berlin"))))
    assert "Weekdays at 07:00 Europe/Berlin" in body
    assert body.count("data-exact") == 5


def test_the_list_says_when_it_runs_next_and_a_failure_is_red(client: Client, root: Any) -> None:
    schedule = _schedule("every hour", last_run_at=timezone.now())
    failed = TaskRunFactory(schedule=schedule, state="failed")
    TaskRunFactory(schedule=schedule, state="skipped", reason="It was still running.")

    page = client.get(reverse(f"{ADMIN}_changelist"))

    assert "<time data-ago datetime=" in _text(page)
    link = reverse("admin:schedules_taskrun_change", args=[failed.pk])
    assert f'<a href="{link}" class="whitespace-nowrap"><span class="' in _text(page)
    assert "qd-label danger" in _text(page)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET minute = '99'",
        "UPDATE {} SET minute = 'x; DROP'",
        "UPDATE {} SET hour = '24'",
        "UPDATE {} SET day_of_month = '32'",
        "UPDATE {} SET month_of_year = '13'",
        "UPDATE {} SET day_of_week = '7'",
        "UPDATE {} SET minute = ''",
        "UPDATE {} SET minute = '*/0'",
        "UPDATE {} SET timezone = 'Mars/Base'",
        "INSERT INTO {} (minute, hour, day_of_month, month_of_year, day_of_week, timezone)"
        " VALUES ('never', '*', '*', '*', '*', 'UTC')",
    ],
)
def test_the_database_refuses_a_crontab_that_cannot_be_read(statement: str) -> None:
    _schedule("daily at 07:00")
    with pytest.raises(DatabaseError):
        _sql(statement.format("django_celery_beat_crontabschedule"))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ("crontab_id = NULL", "It has no time."),
        ("kwargs = '{broken'", "The arguments are not JSON"),
        ("task = 'os.system'", "is not declared as one that may be scheduled"),
    ],
)
def test_a_schedule_broken_by_sql_is_shown_red_and_not_disabled(
    client: Client, root: Any, fields: str, why: str
) -> None:
    schedule = _schedule("daily at 07:00")
    _sql(f"UPDATE django_celery_beat_periodictask SET {fields}")  # noqa: S608

    schedules_settle(now=timezone.now())

    schedule.refresh_from_db()
    assert schedule.enabled
    for url in (reverse(f"{ADMIN}_changelist"), _page(schedule)):
        body = _text(client.get(url))
        assert "Broken" in body
        assert why in body
    save(
        client,
        _page(schedule),
        {
            "task": "apps.schedules.tasks.prune_task_runs",
            "when": "daily at 08:00",
            "kwargs": "{}",
            "_reason": "Repaired",
        },
    )
    schedule.refresh_from_db()
    assert schedule.crontab.hour == "8"


@pytest.mark.parametrize("name", ["interval", "crontab", "clocked", "solar"])
def test_timings_have_no_pages_of_their_own(client: Client, root: Any, name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:django_celery_beat_{name}schedule_changelist")
    assert f"{name}schedule" not in _text(client.get(reverse("admin:index")))
