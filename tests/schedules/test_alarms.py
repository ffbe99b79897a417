"""Alarms: what is wrong with a schedule opens one, once; what is well again ends it, once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.accounts.reference import load_roles
from apps.audit.context import audit_context
from apps.core.models import QueuedMail
from apps.core.queued_mails import queued_mails_sweep
from apps.schedules.heartbeat import heartbeat_write, scheduler_state
from apps.schedules.models import Alarm, SchedulerHeartbeat, TaskRun
from apps.schedules.services import (
    alarm_acknowledge,
    alarms_prune,
    alarms_sweep,
    schedule_set_enabled,
    schedule_set_owner,
    schedule_update,
    scheduler_check,
)
from tests.at_once import at_once
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.alarms import OverAlarmFactory
from tests.factories.schedules import ScheduleFactory

pytestmark = pytest.mark.django_db
State = TaskRun.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def schedule() -> PeriodicTask:
    return ScheduleFactory(name="Nightly clean-up")


@pytest.fixture
def owner() -> User:
    return StaffFactory(
        email="owner@quarterdeck.example",
        may=["django_celery_beat.view_periodictask", "schedules.view_alarm"],
    )


@pytest.fixture(autouse=True)
def _owned(request: pytest.FixtureRequest) -> None:
    if "owner" in request.fixturenames and "schedule" in request.fixturenames:
        schedule_set_owner(
            schedule=request.getfixturevalue("schedule"),
            owner=request.getfixturevalue("owner"),
            actor=None,
        )


def ran(
    schedule: PeriodicTask,
    state: str = State.SUCCEEDED,
    *,
    ago: float = 5,
    took: float = 10,
    **more: Any,
) -> TaskRun:
    """Make the run that was due `ago` minutes ago and took so many seconds."""
    due = timezone.now() - ago * MINUTE
    values: dict[str, Any] = {
        "started_at": due,
        "ended_at": due + timedelta(seconds=took),
        "schedule_name": schedule.name,
        "task_name": schedule.task,
        **more,
    }
    return TaskRun.objects.create(schedule=schedule, due_at=due, state=state, **values)


def open_kinds() -> list[str]:
    return list(Alarm.objects.filter(ended_at=None).order_by("kind").values_list("kind", flat=True))


def mailed() -> list[tuple[str, str]]:
    """Send what is queued; return who got which subject, and forget it."""
    queued_mails_sweep()
    found = [(message.to[0], message.subject) for message in mail.outbox]
    mail.outbox.clear()
    return found


def test_a_failed_run_is_told_once_and_once_more_when_it_is_well(
    schedule: PeriodicTask, owner: User
) -> None:
    run = ran(schedule, State.FAILED, message="ValueError: no readers for a@example.org")

    for _ in range(3):
        alarms_sweep()
    ran(schedule, State.FAILED, ago=4)
    alarms_sweep()
    queued_mails_sweep()

    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert message.subject == "“Nightly clean-up” failed"
    assert f"Run {run.pk} failed: ValueError: no readers for a…@example.org" in message.body
    assert f"/admin/schedules/taskrun/{run.pk}/change/" in message.body
    assert f"/admin/schedules/alarm/{Alarm.objects.get().pk}/change/" in message.body
    assert "What to do: Open the run and read its error." in message.body
    assert "Since: 20" in message.body
    mail.outbox.clear()

    ran(schedule, ago=1)
    for _ in range(3):
        alarms_sweep()

    assert mailed() == [(owner.email, "Well again: “Nightly clean-up” succeeded again")]
    assert open_kinds() == []
    alarms_sweep()
    assert mailed() == []


def late(schedule: PeriodicTask) -> None:
    ran(schedule, ago=20, reason="No worker was free for 3 min.")
    ran(schedule, ago=10, reason="No worker was free for 3 min.")


def waits(schedule: PeriodicTask) -> None:
    ran(schedule, ago=20, reason="No worker was free for 3 min.")
    ran(schedule, State.WAITING, ago=2, started_at=None, ended_at=None)


def slow(schedule: PeriodicTask) -> None:
    for number in range(20):
        ran(schedule, ago=60 - number, took=10)
    ran(schedule, ago=5, took=31)


def still_slow(schedule: PeriodicTask) -> None:
    for number in range(20):
        ran(schedule, ago=60 - number, took=10)
    ran(schedule, State.RUNNING, ago=0.6, ended_at=None)


WRONG: dict[str, tuple[str, Callable[[PeriodicTask], object]]] = {
    "failed": ("failed", lambda schedule: ran(schedule, State.FAILED)),
    "refused": ("failed", lambda schedule: ran(schedule, State.REFUSED)),
    "lost": ("lost", lambda schedule: ran(schedule, State.LOST)),
    "late twice": ("late", late),
    "late and waiting": ("late", waits),
    "slow": ("slow", slow),
    "slow, and still running": ("slow", still_slow),
    "missed": (
        "missed",
        lambda schedule: ran(schedule, State.MISSED, started_at=None, reason="No scheduler was running."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_each_kind_is_told_once_and_ends_with_the_next_good_run(
    name: str, schedule: PeriodicTask, owner: User
) -> None:
    kind, happens = WRONG[name]
    happens(schedule)

    alarms_sweep()
    alarms_sweep()

    assert open_kinds() == [kind]
    ((to, subject),) = mailed()
    assert to == owner.email
    assert subject.startswith("“Nightly clean-up” ")
    alarm = Alarm.objects.get()
    assert alarm.run.schedule == schedule
    assert alarm.since <= timezone.now()
    assert f"{alarm.run_id}" in alarm.details or kind == "missed"

    TaskRun.objects.filter(state=State.RUNNING).update(
        state=State.SUCCEEDED, ended_at=timezone.now()
    )
    TaskRun.objects.filter(state=State.WAITING).update(
        state=State.SUCCEEDED, started_at=timezone.now(), ended_at=timezone.now()
    )
    ran(schedule, ago=0.3)
    alarms_sweep()
    assert open_kinds() == []
    ((to, subject),) = mailed()
    assert to == owner.email
    assert subject.startswith("Well again: “Nightly clean-up” ")


def fine(schedule: PeriodicTask) -> None:
    ran(schedule)


def late_once(schedule: PeriodicTask) -> None:
    ran(schedule, ago=20, reason="No worker was free for 3 min.")
    ran(schedule, ago=10)
    ran(schedule, ago=5, reason="No worker was free for 3 min.")


def a_little_slower(schedule: PeriodicTask) -> None:
    for number in range(20):
        ran(schedule, ago=60 - number, took=10)
    ran(schedule, ago=5, took=29)


def slow_after_few(schedule: PeriodicTask) -> None:
    for number in range(4):
        ran(schedule, ago=60 - number, took=10)
    ran(schedule, ago=5, took=99)


def missed_and_made_up_for(schedule: PeriodicTask) -> None:
    ran(schedule, State.MISSED, ago=60, started_at=None, reason="No scheduler was running.")
    ran(schedule, ago=1)


def skipped(schedule: PeriodicTask) -> None:
    ran(schedule, State.SKIPPED, ago=1, started_at=None, reason="Run 3 was still running.")


def by_hand_and_late(schedule: PeriodicTask) -> None:
    for number in range(3):
        ran(schedule, reason="No worker was free for 3 min.", run_key=f"by-hand:{number}")


@pytest.mark.parametrize(
    "happens",
    [fine, late_once, a_little_slower, slow_after_few, missed_and_made_up_for, skipped, by_hand_and_late],
)  # fmt: skip
def test_what_is_in_order_is_no_alarm(
    happens: Callable[[PeriodicTask], None], schedule: PeriodicTask
) -> None:
    happens(schedule)

    alarms_sweep()

    assert open_kinds() == []


def test_a_long_time_of_skipped_runs_does_not_hide_the_slow_one(schedule: PeriodicTask) -> None:
    for number in range(20):
        ran(schedule, ago=90 - number, took=10)
    ran(schedule, State.RUNNING, ago=60, ended_at=None)
    for number in range(60):
        ran(schedule, State.SKIPPED, ago=59 - number / 2, started_at=None, reason="Still running.")

    alarms_sweep()

    assert open_kinds() == ["slow"]


def test_an_acknowledged_alarm_is_not_told_again_until_it_was_well(
    schedule: PeriodicTask, owner: User
) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    assert len(mailed()) == 1
    person = SuperuserFactory()

    assert alarm_acknowledge(alarm=Alarm.objects.get(), note="I am on it.", actor=person)
    ran(schedule, State.FAILED, ago=2)
    alarms_sweep()

    assert mailed() == []
    alarm = Alarm.objects.get()
    assert (alarm.acknowledged_by, alarm.note) == (person, "I am on it.")
    assert alarm.acknowledged_at is not None
    latest = alarm.history.latest()
    assert (latest.history_user, latest.history_change_reason) == (person, "I am on it.")
    assert not alarm_acknowledge(alarm=alarm, note="Me too.", actor=SuperuserFactory())

    ran(schedule, ago=1)
    alarms_sweep()
    assert [subject[:10] for _, subject in mailed()] == ["Well again"]
    ran(schedule, State.FAILED, ago=0.5)
    alarms_sweep()
    assert len(mailed()) == 1
    assert Alarm.objects.open().count() == 1


def test_a_schedule_that_flaps_must_be_well_for_some_time(
    schedule: PeriodicTask, owner: User
) -> None:
    for _ in range(5):
        ran(schedule, State.FAILED, ago=1)
        alarms_sweep()
        ran(schedule, ago=0.5)
        alarms_sweep()
    assert len(mailed()) == 3  # Failed, well, failed again.
    assert open_kinds() == ["failed"]

    Alarm.objects.filter(ended_at=None).update(well_since=timezone.now() - 11 * MINUTE)
    alarms_sweep()

    assert open_kinds() == []
    assert len(mailed()) == 1


def test_several_alarms_at_one_moment_are_one_mail(owner: User) -> None:
    for name in ("One", "Two", "Three"):
        schedule = ScheduleFactory(name=name)
        schedule_set_owner(schedule=schedule, owner=owner, actor=None)
        ran(schedule, State.FAILED)

    alarms_sweep()
    queued_mails_sweep()

    (message,) = mail.outbox
    assert message.subject == "3 alarms of scheduled tasks"
    for name in ("One", "Two", "Three"):
        assert f"“{name}” failed." in message.body


def test_the_owner_is_the_person_chosen_or_who_changed_it_last(schedule: PeriodicTask) -> None:
    may = ["django_celery_beat.view_periodictask", "django_celery_beat.change_periodictask"]
    ada, ben, cara = (StaffFactory(email=f"{name}@quarterdeck.example", may=may) for name in ("ada", "ben", "cara"))  # fmt: skip
    StaffFactory(may=["django_celery_beat.view_periodictask"])
    StaffFactory(may=may, is_limited=True)

    def told() -> set[str]:
        Alarm.objects.all().delete()
        alarms_sweep()
        return {to.partition("@")[0] for to, _ in mailed()}

    ran(schedule, State.FAILED)
    assert told() == {"ada", "ben", "cara"}

    schedule_update(schedule=schedule, description="Ask Ada.", reason="Clearer.", actor=ada)
    assert told() == {"ada"}
    with audit_context(actor=ada, real_actor=ben):
        PeriodicTask.objects.filter(pk=schedule.pk).update(description="Ask Ben.")
    assert told() == {"ben"}

    assert schedule_set_owner(schedule=schedule, owner=cara, reason="Her job.", actor=ada)
    schedule.refresh_from_db()
    schedule_update(schedule=schedule, description="Ask Ada again.", reason="Clearer.", actor=ada)
    assert told() == {"cara"}

    User.objects.filter(pk=cara.pk).update(status="deactivated")
    assert told() == {"ada", "ben"}
    User.objects.filter(pk=cara.pk).update(status="active")
    cara.user_permissions.clear()
    assert told() == {"ada", "ben"}


def test_a_schedule_that_is_disabled_or_deleted_ends_its_alarms_in_silence(
    schedule: PeriodicTask, owner: User
) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    mailed()

    schedule_set_enabled(schedule=schedule, enabled=False, reason="Broken.", actor=None)
    alarms_sweep()
    assert Alarm.objects.get().ended_because == "The schedule was disabled."
    schedule_set_enabled(schedule=schedule, enabled=True, reason="Mended.", actor=None)
    alarms_sweep()
    # The run that people were told of is no news.
    assert open_kinds() == []
    assert mailed() == []

    ran(schedule, State.FAILED, ago=1)
    alarms_sweep()
    assert len(mailed()) == 1
    schedule.delete()
    alarms_sweep()
    alarm = Alarm.objects.order_by("-created_at").first()
    assert alarm is not None
    assert (alarm.schedule_name, alarm.ended_because) == ("Nightly clean-up", "The schedule was deleted.")  # fmt: skip
    assert mailed() == []


def test_a_run_that_is_pruned_leaves_its_alarm(schedule: PeriodicTask) -> None:
    run = ran(schedule, State.FAILED)
    alarms_sweep()

    TaskRun.objects.filter(pk=run.pk).delete()

    alarm = Alarm.objects.select_related("run").get()
    assert (alarm.run_id, alarm.run) == (run.pk, None)


def test_alarms_are_kept_for_ninety_days_after_they_were_over(schedule: PeriodicTask) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    young, old = OverAlarmFactory(), OverAlarmFactory()
    Alarm.objects.filter(pk=young.pk).update(ended_at=timezone.now() - timedelta(days=89))
    Alarm.objects.filter(pk=old.pk).update(ended_at=timezone.now() - timedelta(days=91))

    assert alarms_prune() == 1

    assert set(Alarm.objects.values_list("pk", flat=True)) >= {young.pk}
    assert not Alarm.objects.filter(pk=old.pk).exists()
    assert open_kinds() == ["failed"]


def test_the_database_refuses_a_second_open_alarm(schedule: PeriodicTask) -> None:
    now = timezone.now()
    Alarm.objects.create(kind="failed", schedule=schedule, since=now)
    Alarm.objects.create(kind="late", schedule=schedule, since=now)
    Alarm.objects.create(kind="silent", since=now)
    for values in ({"kind": "failed", "schedule": schedule}, {"kind": "silent"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Alarm.objects.create(since=now, **values)
    Alarm.objects.update(ended_at=now)
    Alarm.objects.create(kind="failed", schedule=schedule, since=now)


def silent_since(minutes: float) -> datetime:
    heartbeat_write()
    at = timezone.now() - minutes * MINUTE
    SchedulerHeartbeat.objects.update(at=at)
    return at


def test_a_silent_scheduler_is_told_to_those_who_manage_schedules() -> None:
    load_roles()
    person = StaffFactory(email="ops@quarterdeck.example")
    person.groups.add(Group.objects.get(name="Operations"))
    silent_since(1.9)
    scheduler_check()
    assert open_kinds() == []

    silent_since(3)
    scheduler_check()
    scheduler_check()
    assert open_kinds() == ["silent"]
    assert mailed() == [("ops@quarterdeck.example", "The scheduler is silent")]

    heartbeat_write()
    scheduler_check()
    scheduler_check()
    assert open_kinds() == []
    assert mailed() == [("ops@quarterdeck.example", "Well again: The scheduler is back")]


def test_a_scheduler_that_never_reported_is_silent_two_minutes_after_the_first_look() -> None:
    assert not scheduler_state().is_silent
    assert not scheduler_check().is_silent

    SchedulerHeartbeat.objects.update(at=timezone.now() - 3 * MINUTE)

    state = scheduler_check()
    assert state.is_silent
    assert state.sentence.startswith("No scheduler has reported since ")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_tell_only_once() -> None:
    schedule = ScheduleFactory(name="Raced")
    person = SuperuserFactory(email="ops@quarterdeck.example")
    for _ in range(3):
        ran(schedule, State.FAILED)
        silent_since(3)
        ended = at_once([alarms_sweep, scheduler_check] * 3)
        assert ended == ["done"] * 6
        alarms_sweep()
        assert open_kinds() == ["failed", "silent"]
        assert QueuedMail.objects.exclude(state=QueuedMail.State.SENT).count() == 2
        assert sorted(mailed()) == [
            (person.email, "The scheduler is silent"),
            (person.email, "“Raced” failed"),
        ]
        # Nobody looks at what was before: a schedule that flaps is another test's.
        ran(schedule)
        heartbeat_write()
        at_once([alarms_sweep, scheduler_check] * 3)
        alarms_sweep()
        assert open_kinds() == []
        assert sorted(subject for _, subject in mailed()) == [
            "Well again: The scheduler is back",
            "Well again: “Raced” succeeded again",
        ]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE schedules_alarm SET created_at = created_at - interval '1 day', ended_at = ended_at - interval '1 day'")  # fmt: skip
