"""The flag `bulk-import` is the importer's gate."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from apps.core.gate_places import names_read
from apps.core.gates import DECLARED, Gate, GateClosedError, closure_of, is_open, require_open
from apps.flags.models import Flag, Switch
from apps.flags.services import flag_set, flags_ensure
from apps.reports.gates import REPORT_MAILS
from apps.transfers import gates
from apps.transfers.gates import BULK_IMPORT
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.flags import lose

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("model", "gate"), [(Flag, BULK_IMPORT), (Switch, REPORT_MAILS)])
def test_a_gate_is_shut_while_what_decides_it_is_missing(model: Any, gate: Gate) -> None:
    assert is_open(gate)

    lose(model, gate.name)

    closure = closure_of(gate)
    assert closure is not None
    assert "missing from the database" in closure.sentence


def test_a_name_is_no_gate_so_a_misspelled_one_opens_nothing() -> None:
    for ask in (is_open, require_open, closure_of):
        with pytest.raises(TypeError, match="bulk-imprt"):
            ask("bulk-imprt")  # type: ignore[arg-type]


def test_a_gate_without_a_row_is_answered_by_its_declaration() -> None:
    with DECLARED.changed():
        for name, default in (("beta", True), ("gamma", False)):
            gate = Gate(name=name, label=name, description="", owner="", default=default)
            assert is_open(gate) is default


def errors() -> str:
    return " ".join(error.msg for error in run_checks(tags=["gates"]))


def test_a_gate_that_no_code_can_import_or_none_asks_for_fails_the_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert errors() == ""
    with DECLARED.changed():
        gate = Gate(name="beta", label="Beta", description="", owner="")
        assert "“beta” is not a constant of an app's gates.py" in errors()

        monkeypatch.setattr(gates, "NOBODY_ASKS", gate, raising=False)
        assert "No code asks for the gate “beta”" in errors()


def test_a_mention_of_a_gate_is_no_use_of_it() -> None:
    assert list(names_read("from a.gates import BETA\n# BETA\n'BETA'\n")) == []
    assert (1, "BETA") in names_read("require_open(BETA, user)")
    assert (2, "BETA") in names_read("\nrequire_open(gates.BETA, user)")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "Beta search"}, "needs a name of lowercase words"),
        ({"by": "flags"}, "has by=“flags”. Write “flag” or “switch” or “sample”."),
        ({"kind": "operation"}, "has kind=“operation”."),
        ({"owner": " "}, "has no owner"),
        ({"permission": "transfers.import_dta"}, "“transfers.import_dta”, which no model declares"),
    ],
)
def test_a_wrong_value_of_a_gate_is_named(wrong: dict[str, Any], sentence: str) -> None:
    """No row would be made for it, or no page would explain it, without a word."""
    values: dict[str, Any] = {
        "name": "beta",
        "label": "Beta",
        "description": "Search",
        "owner": "Us",
    }
    with DECLARED.changed():
        Gate(**(values | wrong))
        assert sentence in errors()


def test_the_flags_admin_shows_each_gate_from_its_declaration(client: Client) -> None:
    client.force_login(SuperuserFactory())
    with DECLARED.changed():
        Gate(name="beta", label="Beta", description="Explained in one place", owner="Support")
        flags_ensure()
        page = client.get(reverse("admin:flags_flag_changelist")).content.decode()
    assert "Explained in one place" in page


def test_the_gate_says_why_it_is_shut_and_who_can_open_it() -> None:
    flags_ensure()
    role = Group.objects.create(name="Deck officers")
    role.permissions.add(Permission.objects.get(codename="flip_flag"))
    actor = SuperuserFactory(first_name="Grace", last_name="Hopper")
    flag_set(name="bulk-import", everyone=False, reason="Disk is full", actor=actor)

    closure = closure_of(BULK_IMPORT, StaffFactory())
    with pytest.raises(GateClosedError) as refusal:
        require_open(BULK_IMPORT)

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

    assert is_open(BULK_IMPORT, tester)
    assert not is_open(BULK_IMPORT, other)
    assert not is_open(BULK_IMPORT, None)
