"""Alarms on pages: the list and its filters, acknowledging, the start page, the health check, the command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.reference import load_roles
from apps.core.models import QueuedMail
from apps.schedules.alarm_mails import ALARM_OPENED
from apps.schedules.heartbeat import heartbeat_write
from apps.schedules.models import Alarm, ScheduleOwner, SchedulerHeartbeat
from apps.schedules.services import scheduler_check
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.alarms import AcknowledgedAlarmFactory, AlarmFactory, OverAlarmFactory
from tests.factories.schedules import ScheduleFactory

pytestmark = pytest.mark.django_db
LIST = "admin:schedules_alarm_changelist"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def in_role(role: str, **values: object) -> Client:
    load_roles()
    user = StaffFactory(**values)
    user.groups.add(Group.objects.get(name=role))
    return signed_in(user)


def silent() -> None:
    heartbeat_write()
    SchedulerHeartbeat.objects.update(at=timezone.now() - timedelta(minutes=3))


def test_the_list_shows_each_state_by_its_filter() -> None:
    client = signed_in(SuperuserFactory())
    by_state = {
        "open": AlarmFactory(),
        "acknowledged": AcknowledgedAlarmFactory(),
        "over": OverAlarmFactory(),
    }

    for state, alarm in by_state.items():
        page = client.get(reverse(LIST), {"state": state})
        assert list(page.context["cl"].result_list) == [alarm], state
    page = client.get(reverse(LIST), {"kind__exact": "lost"})
    assert list(page.context["cl"].result_list) == []
    body = client.get(reverse(LIST)).content.decode()
    for alarm in by_state.values():
        assert reverse("admin:schedules_taskrun_change", args=[alarm.run_id]) in body


def test_operations_acknowledge_with_a_note_and_the_history_tells() -> None:
    alarm = AlarmFactory()
    client = in_role("Operations", first_name="Ada")
    url = reverse("admin:schedules_alarm_acknowledge", args=[alarm.pk])

    asked = client.get(url)
    assert "Says that somebody takes care of it." in asked.content.decode()
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None

    client.post(url, {"reason": "The report server restarts."})

    alarm.refresh_from_db()
    assert alarm.acknowledged_at is not None
    assert alarm.note == "The report server restarts."
    page = client.get(reverse("admin:schedules_alarm_change", args=[alarm.pk])).content.decode()
    assert "The report server restarts." in page
    history = client.get(reverse("admin:schedules_alarm_history", args=[alarm.pk]))
    assert "The report server restarts." in history.content.decode()


def test_only_the_permission_acknowledges_and_what_is_over_is_refused() -> None:
    alarm, over = AlarmFactory(), OverAlarmFactory()
    url = "admin:schedules_alarm_acknowledge"

    assert in_role("Auditor").post(reverse(url, args=[alarm.pk]), {}).status_code == 403
    assert in_role("Support").get(reverse(LIST)).status_code == 403
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None

    page = in_role("Operations").post(reverse(url, args=[over.pk]), {"reason": ""})
    assert "already over" in page.content.decode()


def test_limited_operations_see_no_alarm() -> None:
    AlarmFactory()
    silent()
    client = in_role("Operations", is_limited=True)

    assert list(client.get(reverse(LIST)).context["cl"].result_list) == []
    start = client.get(reverse("admin:index")).content.decode()
    assert "silent" not in start
    assert "alarm open" not in start


def test_the_start_page_tells_of_open_alarms_the_own_ones_first() -> None:
    for _ in range(6):
        AlarmFactory(kind="late")
    AcknowledgedAlarmFactory(kind="slow")
    person = SuperuserFactory()
    mine = AlarmFactory(told=[person.pk], since=timezone.now() - timedelta(days=3))

    page = signed_in(person).get(reverse("admin:index"))

    assert page.context["alarms"]["open"][0]["name"] == str(mine)
    body = page.content.decode()
    assert "7 alarms open" in body
    assert reverse("admin:schedules_alarm_change", args=[mine.pk]) in body
    assert "three times" not in body


def test_the_start_page_is_quiet_when_all_is_well() -> None:
    heartbeat_write()

    page = in_role("Operations").get(reverse("admin:index"))

    assert page.context["alarms"] == {"silence": "", "unsent": "", "open": []}
    assert "qd-alarms" not in page.content.decode()


def test_a_silent_scheduler_is_told_by_every_page_that_is_asked() -> None:
    silent()

    start = in_role("Operations").get(reverse("admin:index")).content.decode()
    health = Client().get(reverse("health"))

    assert "The scheduler has been silent since 20" in start
    assert health.status_code == 200
    assert health.content.decode().startswith("ok\nThe scheduler has been silent since 20")
    support = in_role("Support").get(reverse("admin:index")).content.decode()
    assert "silent" not in support


def test_a_scheduler_that_works_is_told_by_the_health_check() -> None:
    heartbeat_write()

    lines = Client().get(reverse("health")).content.decode().splitlines()
    assert lines[:2] == ["ok", "The scheduler is running."]


def test_the_start_page_says_what_could_not_be_mailed() -> None:
    person = SuperuserFactory()
    silent()
    scheduler_check()
    assert QueuedMail.objects.get().kind == ALARM_OPENED
    client = signed_in(person)
    assert "not been sent" not in client.get(reverse("admin:index")).content.decode()

    QueuedMail.objects.update(
        created_at=timezone.now() - timedelta(minutes=1), error="ConnectionRefusedError: away"
    )

    body = client.get(reverse("admin:index")).content.decode()
    assert "E-mails about alarms have not been sent yet. ConnectionRefusedError: away" in body


def test_the_command_tells_scripts_and_people() -> None:
    alarm = AlarmFactory()
    heartbeat_write()
    out = StringIO()
    call_command("scheduler_status", stdout=out)
    assert "The scheduler is running." in out.getvalue()
    assert str(alarm) in out.getvalue()

    silent()
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("scheduler_status", "--json", stdout=out)
    assert ended.value.code == 1
    told = json.loads(out.getvalue())
    assert told["silent"] is True
    assert [each["schedule"] for each in told["alarms"]] == [alarm.schedule_name]


def test_the_page_of_a_schedule_names_its_owner_and_sets_it() -> None:
    schedule = ScheduleFactory()
    client = in_role("Operations")
    page = reverse("admin:django_celery_beat_periodictask_change", args=[schedule.pk])
    assert "Everyone who may change schedules is notified" in client.get(page).content.decode()
    owner = StaffFactory(
        first_name="Grace", last_name="Hopper", may=["django_celery_beat.view_periodictask"]
    )
    url = reverse("admin:django_celery_beat_periodictask_set_owner", args=[schedule.pk])

    client.post(url, {"owner": str(owner.pk), "reason": "Her job."})

    assert "Grace Hopper" in client.get(page).content.decode()
    history = reverse("admin:django_celery_beat_periodictask_history", args=[schedule.pk])
    assert "made Grace Hopper the owner" in client.get(history).content.decode()
    stranger = StaffFactory()
    answer = client.post(url, {"owner": str(stranger.pk), "reason": "No."})
    assert answer.status_code == 200
    assert ScheduleOwner.objects.get(schedule=schedule).owner == owner
    assert Alarm.objects.count() == 0
