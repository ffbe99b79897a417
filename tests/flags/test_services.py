"""Turning flags asks for a permission and a reason, and holds at once."""

from decimal import Decimal

import pytest
import waffle
from django.contrib.auth.models import Permission
from django.test import RequestFactory

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.errors import DomainError, MissingPermission
from apps.flags.models import Flag, Sample, Switch
from apps.flags.services import flag_set, flags_ensure, sample_set, switch_set
from tests.factories.accounts import StaffFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory, lose

pytestmark = pytest.mark.django_db


@pytest.fixture
def flipper() -> User:
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="flip_flag"))
    return user


def _asked_by(user: User) -> object:
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_a_flag_is_turned_on_and_off_for_everyone(flipper: User) -> None:
    flag = FlagFactory()

    assert flag_set(name=flag.name, everyone=True, reason="Launch", actor=flipper)
    assert waffle.flag_is_active(_asked_by(StaffFactory()), flag.name)

    assert flag_set(name=flag.name, everyone=False, reason="It hurts", actor=flipper)
    event = Event.objects.filter(kind="flag_flip").latest("id")
    assert (event.target_label, event.reason) == (flag.name, "It hurts")
    assert event.data["after"] == "False"
    assert event.change_set.actor_id == flipper.pk
    assert flag.history.latest("history_id").history_change_reason == "It hurts"
    assert not waffle.flag_is_active(_asked_by(StaffFactory()), flag.name)


def test_turning_a_flag_to_what_it_is_changes_nothing(flipper: User) -> None:
    flag = FlagFactory(everyone=True)
    assert not flag_set(name=flag.name, everyone=True, reason="Again", actor=flipper)


def test_without_the_permission_nothing_is_turned() -> None:
    flag = FlagFactory(everyone=True)
    with pytest.raises(MissingPermission):
        flag_set(name=flag.name, everyone=False, reason="Because", actor=StaffFactory())
    flag.refresh_from_db()
    assert flag.everyone is True


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_turned(flipper: User, reason: str) -> None:
    switch = SwitchFactory()
    with pytest.raises(DomainError, match="A reason is required"):
        switch_set(name=switch.name, active=True, reason=reason, actor=flipper)
    assert not waffle.switch_is_active(switch.name)


def test_a_name_that_is_not_there_is_said(flipper: User) -> None:
    with pytest.raises(DomainError, match="There is no flag “nothing”"):
        flag_set(name="nothing", everyone=True, reason="Why not", actor=flipper)


def test_a_switch_and_a_sample_are_turned(flipper: User) -> None:
    switch, sample = SwitchFactory(), SampleFactory()

    switch_set(name=switch.name, active=True, reason="Go", actor=flipper)
    sample_set(name=sample.name, percent=Decimal(100), reason="All of it", actor=flipper)

    assert waffle.switch_is_active(switch.name)
    assert waffle.sample_is_active(sample.name)


@pytest.mark.parametrize("percent", ["-0.1", "100.1"])
def test_a_share_outside_0_to_100_is_refused(flipper: User, percent: str) -> None:
    sample = SampleFactory()
    with pytest.raises(DomainError, match="between 0 and 100"):
        sample_set(name=sample.name, percent=Decimal(percent), reason="Hm", actor=flipper)


def test_the_set_up_creates_what_is_declared_and_never_overwrites() -> None:
    lose(Flag, "bulk-import")
    assert flags_ensure() == ["bulk-import"]
    Flag.objects.filter(name="bulk-import").update(everyone=False)
    Switch.objects.filter(name="report-mails").update(active=False)

    assert flags_ensure() == []

    assert Flag.objects.get(name="bulk-import").everyone is False
    assert Switch.objects.get(name="report-mails").active is False
    assert not Sample.objects.exists()
