"""The flag `bulk-import` is the importer's gate."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from apps.core.gates import GateClosedError, closure_of, is_open, require_open
from apps.flags.models import Flag, Switch
from apps.flags.services import flag_set, flags_ensure
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.flags import lose

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("model", "gate"), [(Flag, "bulk-import"), (Switch, "report-mails")])
def test_a_gate_is_shut_while_what_decides_it_is_missing(model: Any, gate: str) -> None:
    assert is_open(gate)

    lose(model, gate)

    closure = closure_of(gate)
    assert closure is not None
    assert "missing from the database" in closure.sentence


def test_a_gate_that_no_flag_answers_for_is_open() -> None:
    assert is_open("something-else")


def test_the_gate_says_why_it_is_shut_and_who_can_open_it() -> None:
    flags_ensure()
    role = Group.objects.create(name="Deck officers")
    role.permissions.add(Permission.objects.get(codename="flip_flag"))
    actor = SuperuserFactory(first_name="Grace", last_name="Hopper")
    flag_set(name="bulk-import", everyone=False, reason="Disk is full", actor=actor)

    closure = closure_of("bulk-import", StaffFactory())
    with pytest.raises(GateClosedError) as refusal:
        require_open("bulk-import")

    assert closure is not None
    assert closure.since is not None
    assert "Grace Hopper" in closure.actor
    assert closure.reason == "Disk is full"
    assert "Imports are switched off by the flag bulk-import" in refusal.value.message
    assert "Deck officers" in refusal.value.message


def test_the_gate_opens_for_those_the_flag_names() -> None:
    flags_ensure()
    Flag.objects.update(everyone=None)
    tester, other = StaffFactory(), StaffFactory()
    Flag.objects.get(name="bulk-import").users.add(tester)

    assert is_open("bulk-import", tester)
    assert not is_open("bulk-import", other)
    assert not is_open("bulk-import", None)
