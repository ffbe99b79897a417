"""The system check of feature gates: each is a complete constant in a `gates.py`, and code asks for it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_type_hints

from django.apps import AppConfig
from django.core import checks

from apps.core.checks.permissions import is_declared
from apps.core.gate_places import gate_constants, gate_places
from apps.core.gates import DECLARED, Gate

_CHOICES: dict[str, tuple[Any, ...]] = {
    name: get_args(get_type_hints(Gate)[name]) for name in ("by", "kind")
}
_TEXTS = ("label", "description", "owner")


@checks.register("gates")
def check_gates(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    constants, places = dict(gate_constants()), gate_places()
    return [
        checks.Error(sentence, id="core.E021")
        for gate in DECLARED
        for sentence in (*_incomplete(gate), *_unreachable(gate, constants, places))
    ]


def _incomplete(gate: Gate) -> Iterator[str]:
    """Yield what is wrong with the values of a gate."""
    named = f"The gate “{gate.name}”"
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", gate.name):
        yield f"{named} needs a name of lowercase words with hyphens, such as “beta-search”."
    for field, allowed in _CHOICES.items():
        if (value := getattr(gate, field)) not in allowed:
            words = " or ".join(f"“{each}”" for each in allowed)
            yield f"{named} has {field}=“{value}”. Write {words}.{_instead(value)}"
    for field in _TEXTS:
        if not getattr(gate, field).strip():
            yield f"{named} has no {field}. The flags pages show it."
    if gate.permission and not is_declared(gate.permission):
        yield f"{named} names the permission “{gate.permission}”, which no model declares."


def _instead(value: str) -> str:
    """Say what to use in place of a kind that would grant something."""
    if "permission" not in value and value not in ("access", "entitlement", "authorization"):
        return ""
    return " For what someone may do, declare a permission on a model, and give it to a role."


def _unreachable(
    gate: Gate, constants: dict[str, str], places: dict[str, list[str]]
) -> Iterator[str]:
    constant = constants.get(gate.name)
    if constant is None:
        yield (
            f"The gate “{gate.name}” is not a constant of an app's gates.py. "
            "Declare it there, so that code behind it imports it."
        )
    elif not places.get(gate.name):
        yield (
            f"No code asks for the gate “{gate.name}”. "
            f"Call require_open({constant}) where the feature starts, or remove the gate."
        )
