"""The page of a run: exact times, what is usual, its traceback, its changes, and canceling it."""

import html
from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.core.schedulable import schedulable
from apps.organizations.models import Organization
from apps.schedules.models import TaskRun
from apps.schedules.recorder import RUN_HEADER
from apps.schedules.services import run_cancel, runs_sweep
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.schedules import RunningTaskRunFactory, ScheduleFactory, TaskRunFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


@schedulable(label="Renaming", description="Renames every organization.", name="tests.renaming")
def renaming(word: str = "Harbor") -> str:
    Organization.objects.update(name=word)
    return "Renamed."


@schedulable(label="Broken", description="Always fails.", name="tests.broken")
def broken() -> str:
    raise ValueError("This is not well, says ada@example.org.")


@schedulable(
    label="In one piece",
    description="Cannot stop halfway.",
    name="tests.in_one_piece",
    is_interruptible=False,
)
def in_one_piece() -> str:
    return "Whole."


@pytest.fixture
def reader(client: Client) -> User:
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_taskrun"]))
    client.force_login(user)
    return user


def _allow(user: User, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def _page(client: Client, run: TaskRun) -> str:
    url = reverse("admin:schedules_taskrun_change", args=[run.pk])
    return " ".join(html.unescape(client.get(url).content.decode()).split())


def _deliver(run: TaskRun) -> None:
    current_app.tasks[run.task_name].apply(headers={RUN_HEADER: run.pk}, throw=False)
    run.refresh_from_db()


def test_it_has_exact_times_and_the_duration_beside_the_usual_one(
    client: Client, reader: User
) -> None:
    schedule = ScheduleFactory()
    for seconds in (40, 50, 60, 70, 80):
        TaskRunFactory(
            schedule=schedule,
            state="succeeded",
            started_at=START,
            ended_at=START + timedelta(seconds=seconds),
        )
    run = TaskRunFactory(
        schedule=schedule,
        state="succeeded",
        started_at=START,
        ended_at=START + timedelta(minutes=5),
        due_at=START,
        arguments={"kwargs": {"report": "weekly"}},
    )
    body = _page(client, run)
    assert "Fri, Nov 20, 2026, 12:00:05 UTC" in body
    assert "Fri, Nov 20, 2026, 12:05:05 UTC" in body
    assert "5 min (usually 60 s)" in body
    assert "report: weekly" in body


def test_the_traceback_is_for_those_who_may_see_it(client: Client, reader: User) -> None:
    run = TaskRunFactory(task_name="tests.broken")
    _deliver(run)
    assert run.state == "failed"
    assert "raise ValueError(" in run.traceback

    body = _page(client, run)
    assert "ValueError: This is not well" in body
    assert "raise ValueError(" not in body
    assert "Hidden. To see it, you need the permission" in body
    assert "ada@example.org" not in body

    _allow(reader, "view_traceback")
    body = _page(client, run)
    assert "raise ValueError(" in body
    assert "ada@example.org" not in body

    _allow(reader, "view_personal_data")
    assert "ada@example.org" in _page(client, run)


def test_it_links_to_what_it_changed(client: Client, reader: User) -> None:
    OrganizationFactory(name="Before")
    run = TaskRunFactory(task_name="tests.renaming")
    _deliver(run)
    assert run.state == "succeeded"
    assert "What it changed" in _page(client, run)
    quiet = TaskRunFactory(task_name="tests.broken")
    assert "What it changed" not in _page(client, quiet)


def test_a_waiting_run_is_canceled_at_once(client: Client, reader: User, sent: list) -> None:
    _allow(reader, "run_task")
    run = TaskRunFactory(task_name="tests.renaming")
    url = reverse("admin:schedules_taskrun_cancel", args=[run.pk])
    assert client.get(url).status_code == 200
    run.refresh_from_db()
    assert run.state == "waiting"

    client.post(url, {"reason": "Not today"})

    run.refresh_from_db()
    assert (run.state, run.message) == ("canceled", "Canceled before it began.")
    assert run.ended_at is not None
    _deliver(run)
    assert run.state == "canceled"
    event = Event.objects.get(kind="task_run_canceled")
    assert (event.data["run"], event.reason) == (run.pk, "Not today")
    assert "Cancel the run" not in _page(client, run)


def test_a_running_one_is_asked_to_stop_and_says_so(client: Client, reader: User) -> None:
    _allow(reader, "run_task")
    run = RunningTaskRunFactory()
    assert run_cancel(run=run, reason="Too long", actor=reader)
    assert not run_cancel(run=run, reason="Too long", actor=reader)
    run.refresh_from_db()
    assert run.state == "running"
    assert "Ends at its next safe point" in _page(client, run)

    # Its worker was killed before it could: it is over, and does not begin again.
    TaskRun.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=2))
    runs_sweep()
    run.refresh_from_db()
    assert run.state == "canceled"


def test_canceling_asks_for_the_permission_a_reason_and_an_open_run(reader: User) -> None:
    run = TaskRunFactory()
    with pytest.raises(MissingPermission):
        run_cancel(run=run, reason="Mine", actor=reader)
    _allow(reader, "run_task")
    reader = User.objects.get(pk=reader.pk)
    with pytest.raises(DomainError, match="A reason is required"):
        run_cancel(run=run, reason=" ", actor=reader)
    with pytest.raises(DomainError, match="has ended"):
        run_cancel(run=TaskRunFactory(state="failed"), reason="Mine", actor=reader)
    run.refresh_from_db()
    assert run.state == "waiting"


def test_a_run_that_cannot_be_stopped_says_so_and_is_not_asked(
    client: Client, reader: User
) -> None:
    _allow(reader, "run_task")
    run = RunningTaskRunFactory(task_name=in_one_piece.name)
    page = _page(client, run)
    assert "Can't be stopped halfway." in page
    assert "Cancel the run" not in page
    with pytest.raises(DomainError, match="can't be stopped halfway"):
        run_cancel(run=run, reason="Too long", actor=User.objects.get(pk=reader.pk))
    run.refresh_from_db()
    assert run.cancel_requested_at is None

    waiting = TaskRunFactory(task_name=in_one_piece.name)
    assert run_cancel(run=waiting, reason="Not now", actor=User.objects.get(pk=reader.pk))
    waiting.refresh_from_db()
    assert waiting.state == "canceled"


def test_a_lost_run_of_it_waits_for_a_person(client: Client, reader: User) -> None:
    _allow(reader, "run_task")
    RunningTaskRunFactory(task_name=in_one_piece.name)
    TaskRun.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=2))
    runs_sweep()
    run = TaskRun.objects.get()
    assert run.state == "lost"
    page = _page(client, run)
    for words in ("Waits for a person", "Run again", "Leave it"):
        assert words in page
    start = client.get(reverse("admin:index")).content.decode()
    assert "lost and waiting for your decision" in start
