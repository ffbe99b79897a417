"""waffle's commands leave a reason and an event, and ask for the reason where a flag is protected."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command

from apps.audit.models import Event
from apps.flags.models import Flag
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory

pytestmark = pytest.mark.django_db

CALLS = {
    "flag": (FlagFactory, ("waffle_flag", "probe", "--everyone"), "everyone"),
    "switch": (SwitchFactory, ("waffle_switch", "probe", "on"), "active"),
    "sample": (SampleFactory, ("waffle_sample", "probe", "75"), "percent"),
}


def call(*arguments: str) -> None:
    call_command(*arguments, stdout=StringIO())


@pytest.mark.parametrize("kind", CALLS)
def test_a_change_has_its_reason_in_the_history_and_an_event(kind: str) -> None:
    factory, arguments, field = CALLS[kind]
    toggle: Any = factory(name="probe")
    call(*arguments, "--reason", "The launch")

    row = toggle.history.latest("history_id")
    assert row.history_change_reason == "The launch"
    event = Event.objects.filter(kind="flag_flip").latest("id")
    assert event.reason == "The launch"
    assert event.change_set.actor_label == f"command {arguments[0]}"
    assert field in event.data["changes"]


@pytest.mark.parametrize("kind", CALLS)
def test_a_protected_one_is_not_changed_without_a_reason(kind: str) -> None:
    factory, arguments, field = CALLS[kind]
    toggle: Any = factory(name="probe", is_protected=True)
    before = getattr(toggle, field)
    with pytest.raises(CommandError, match="is protected"):
        call(*arguments)
    toggle.refresh_from_db()
    assert getattr(toggle, field) == before
    call(*arguments, "--reason", "The launch")
    toggle.refresh_from_db()
    assert getattr(toggle, field) != before


def test_a_protected_flag_is_not_deleted_without_a_reason() -> None:
    FlagFactory(name="probe", is_protected=True)
    with pytest.raises(CommandError, match="is protected"):
        call("waffle_delete", "--flags", "probe")
    assert Flag.objects.filter(name="probe").exists()
    call("waffle_delete", "--flags", "probe", "--reason", "Nobody asks for it")
    assert not Flag.objects.filter(name="probe").exists()


def load(toggle: Any, folder: Path, **values: object) -> None:
    """Load a fixture in which the toggle has other values."""
    for name, value in values.items():
        setattr(toggle, name, value)
    fixture = folder / "flags.json"
    fixture.write_text(serializers.serialize("json", [toggle]), encoding="utf-8")
    call("loaddata", str(fixture))


@pytest.mark.parametrize("kind", CALLS)
def test_a_fixture_leaves_its_event(kind: str, tmp_path: Path) -> None:
    factory, _, field = CALLS[kind]
    toggle: Any = factory(name="probe", is_declared=True)
    value = 75 if kind == "sample" else not getattr(toggle, field)
    load(toggle, tmp_path, **{field: value, "is_declared": False})

    toggle.refresh_from_db()
    assert getattr(toggle, field) == value
    assert toggle.is_declared
    event = Event.objects.filter(kind="flag_flip").latest("id")
    assert event.change_set.actor_label == "command loaddata"
    assert field in event.data["changes"]


@pytest.mark.parametrize("kind", CALLS)
def test_a_fixture_changes_no_protected_one(kind: str, tmp_path: Path) -> None:
    factory, _, field = CALLS[kind]
    toggle: Any = factory(name="probe", is_protected=True)
    before = getattr(toggle, field)
    value = 75 if kind == "sample" else not before
    with pytest.raises(CommandError, match=f"The {kind} “probe” is protected"):
        load(toggle, tmp_path, **{field: value, "is_protected": False})

    toggle.refresh_from_db()
    assert getattr(toggle, field) == before
    assert toggle.is_protected
