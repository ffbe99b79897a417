"""Operations whose access is limited to some organizations: they may look at schedules, and change none."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.accounts.reference import load_roles
from apps.core.errors import DomainError
from apps.schedules.services import (
    schedule_create,
    schedule_delete,
    schedule_set_enabled,
    schedule_set_owner,
    schedule_update,
)
from tests.factories.accounts import StaffFactory
from tests.factories.alarms import AlarmFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory

pytestmark = pytest.mark.django_db
ADMIN = "admin:django_celery_beat_periodictask"
TASK = "apps.schedules.tasks.prune_alarms"


@pytest.fixture
def limited() -> User:
    load_roles()
    user: User = StaffFactory(is_limited=True)
    user.groups.add(Group.objects.get(name="Operations"))
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    "act",
    [
        lambda one, user: schedule_create(name="Mine", task=TASK, when="every hour", actor=user),
        lambda one, user: schedule_update(schedule=one, name="Mine", reason="Now", actor=user),
        lambda one, user: schedule_set_enabled(
            schedule=one, enabled=False, reason="Now", actor=user
        ),
        lambda one, user: schedule_set_owner(schedule=one, owner=user, actor=user),
        lambda one, user: schedule_delete(schedule=one, actor=user),
    ],
    ids=["create", "change", "disable", "owner", "delete"],
)
def test_they_change_no_schedule(
    act: Callable[[PeriodicTask, User], object], limited: User
) -> None:
    schedule = ScheduleFactory(name="Nightly")
    with pytest.raises(DomainError, match="Scheduled tasks affect every organization"):
        act(schedule, limited)
    assert list(PeriodicTask.objects.values_list("name", "enabled")) == [("Nightly", True)]


def test_what_the_pages_offer_them_they_may_open(client: Client, limited: User) -> None:
    schedule = ScheduleFactory()
    run = TaskRunFactory(schedule=schedule, state="failed", ended_at=timezone.now())
    AlarmFactory(run=run, schedule=schedule)
    client.force_login(limited)
    own = reverse(f"{ADMIN}_change", args=[schedule.pk])
    for page in (reverse(f"{ADMIN}_changelist"), own, reverse("admin:index")):
        body = client.get(page).content.decode()
        assert "Pause all" not in body
        assert "Failed" not in body
        assert 'name="_save"' not in body
        for link in set(re.findall(r'href="(/admin/(?:schedules|django_celery_beat)[^"]*)"', body)):
            assert client.get(link.replace("&amp;", "&")).status_code == 200, (page, link)
    assert client.get(reverse(f"{ADMIN}_add")).status_code == 403
    posted: Any = client.post(own, {"name": "Mine", "_reason": "Now"})
    assert posted.status_code == 403
