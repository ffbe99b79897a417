"""All schedules paused: by a row that every scheduler sees, with a banner on every page."""

import html
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.schedules.claims import run_claim
from apps.schedules.models import SchedulerPause, TaskRun
from apps.schedules.services import (
    schedule_run_now,
    schedules_pause,
    schedules_resume,
    schedules_settle,
)
from tests.at_once import at_once
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.schedules import IntervalFactory, ScheduleFactory, TaskRunFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADMIN = "admin:django_celery_beat_periodictask"
PAGES = (
    "admin:index",
    f"{ADMIN}_changelist",
    f"{ADMIN}_catalog",
    "admin:schedules_taskrun_changelist",
)


@pytest.fixture
def operator(client: Client) -> User:
    user = StaffFactory()
    names = ["view_periodictask", "view_taskrun", "run_task", "pause_schedules"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return user


def _text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def test_a_paused_scheduler_writes_why_each_due_time_did_not_run(
    operator: User, sent: list
) -> None:
    schedule = ScheduleFactory(
        interval=IntervalFactory(every=10, period="minutes"), last_run_at=NOON
    )
    schedules_pause(reason="The mail server moves", actor=operator)
    SchedulerPause.objects.update(paused_at=NOON + timedelta(minutes=5))
    schedules_settle(now=NOON + timedelta(minutes=10))
    schedules_settle(now=NOON + timedelta(minutes=20))

    assert set(schedule.runs.values_list("state", flat=True)) == {"skipped"}
    assert schedule.runs.count() == 2
    assert sent == []
    reason = f"All schedules were paused by {operator}: The mail server moves"
    assert set(schedule.runs.values_list("reason", flat=True)) == {reason}

    assert schedules_resume(actor=operator)
    SchedulerPause.objects.update(resumed_at=NOON + timedelta(minutes=35))
    # Nobody looked between the pause and its end: what was due in it is skipped all the same.
    schedules_settle(now=NOON + timedelta(minutes=40))
    assert list(schedule.runs.order_by("due_at").values_list("state", flat=True)) == [
        "skipped",
        "skipped",
        "skipped",
        "waiting",
    ]
    assert not schedules_resume(actor=operator)


def test_run_now_still_works_while_all_is_paused(operator: User, sent: list) -> None:
    schedules_pause(reason="The mail server moves", actor=operator)
    assert schedule_run_now(schedule=ScheduleFactory(), actor=operator).state == "waiting"


def test_every_page_says_who_paused_and_since_when_until_somebody_resumes(
    client: Client, operator: User
) -> None:
    assert "Pause all" in _text(client.get(reverse(f"{ADMIN}_changelist")))
    url = reverse(f"{ADMIN}_pause")
    assert client.get(url).status_code == 200
    assert not SchedulerPause.objects.exists()
    assert client.post(url, {"reason": ""}).status_code == 400

    assert client.post(url, {"reason": "The mail server moves"}).status_code == 302

    for page in PAGES:
        body = _text(client.get(reverse(page)))
        assert f"All schedules are paused</strong> by {operator} since" in body
        assert "“The mail server moves”" in body
        assert "Resume</button>" in body
    assert "Pause all" not in _text(client.get(reverse(f"{ADMIN}_changelist")))
    assert client.post(url, {"reason": "Again"}).status_code == 409
    reader = Client()
    reader.force_login(StaffFactory())
    body = _text(reader.get(reverse("admin:index")))
    assert "All schedules are paused" in body
    assert "Resume</button>" not in body

    client.post(reverse(f"{ADMIN}_resume"))
    assert "are paused</strong>" not in _text(client.get(reverse("admin:index")))
    events = Event.objects.filter(kind="schedules_paused").order_by("pk")
    assert [event.data["resumed"] for event in events] == [False, True]
    assert events[0].reason == "The mail server moves"
    pause = SchedulerPause.objects.get()
    assert (pause.paused_by, pause.resumed_by) == (operator, operator)


def test_pausing_asks_for_its_own_permission(client: Client) -> None:
    user = StaffFactory()
    names = ["view_periodictask", "change_periodictask", "run_task"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    for page in ("pause", "resume"):
        assert client.post(reverse(f"{ADMIN}_{page}"), {"reason": "Mine"}).status_code == 403
    with pytest.raises(MissingPermission):
        schedules_pause(reason="Mine", actor=user)
    assert not SchedulerPause.objects.exists()


def test_without_a_reason_nothing_is_paused(operator: User) -> None:
    with pytest.raises(DomainError, match="A reason is required"):
        schedules_pause(reason=" ", actor=operator)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_pause_at_once_make_one_pause() -> None:
    one, two = SuperuserFactory(), SuperuserFactory()

    def pause(user: User) -> str:
        try:
            schedules_pause(reason="Now", actor=user)
        except DomainError as refusal:
            return refusal.message
        return "paused"

    answers: list[str] = []
    at_once([lambda user=user: answers.append(pause(user)) for user in (one, two)])
    assert sorted(answers) == ["All schedules are paused already.", "paused"]
    assert SchedulerPause.objects.count() == 1


def test_a_run_that_waits_for_a_worker_is_skipped_and_one_that_had_begun_goes_on(
    operator: User, sent: list
) -> None:
    schedule, begun = ScheduleFactory(), ScheduleFactory()
    waiting = TaskRunFactory(schedule=schedule, run_key="")
    stopped = TaskRunFactory(schedule=begun, run_key="", started_at=timezone.now())
    by_hand = schedule_run_now(schedule=ScheduleFactory(), actor=operator)
    schedules_pause(reason="The mail server moves", actor=operator)

    assert run_claim(waiting.pk) is None
    assert run_claim(stopped.pk) is not None
    assert run_claim(by_hand.pk) is not None

    waiting.refresh_from_db()
    assert (waiting.state, waiting.started_at) == ("skipped", None)
    assert waiting.reason == f"All schedules were paused by {operator}: The mail server moves"


def test_what_was_due_before_the_pause_runs(operator: User, sent: list) -> None:
    now = timezone.now()
    schedule = ScheduleFactory(
        interval=IntervalFactory(every=10, period="seconds"),
        last_run_at=now - timedelta(seconds=20),
    )
    SchedulerPause.objects.create(reason="Later", paused_at=now)
    schedules_settle(now=now)
    assert TaskRun.objects.filter(schedule=schedule, state="waiting").count() == 1
