"""The system check of feature gates: each is a complete constant in a `gates.py`, and code asks for it."""

import ast
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

from django.apps import AppConfig, apps
from django.core import checks
from django.utils.module_loading import module_has_submodule

from apps.core.checks.permissions import is_declared
from apps.core.gates import DECLARED, Gate

_CHOICES: dict[str, tuple[Any, ...]] = {
    name: get_args(get_type_hints(Gate)[name]) for name in ("by", "kind")
}
_TEXTS = ("label", "description", "owner")


@checks.register("gates")
def check_gates(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    constants = dict(_constants())
    unused = _unused(set(constants.values()))
    return [
        checks.Error(sentence, id="core.E021")
        for gate in DECLARED
        for sentence in (*_incomplete(gate), *_unreachable(gate, constants, unused))
    ]


def _incomplete(gate: Gate) -> Iterator[str]:
    """Yield what is wrong with the values of a gate."""
    named = f"The gate “{gate.name}”"
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", gate.name):
        yield f"{named} needs a name of lowercase words with hyphens, such as “beta-search”."
    for field, allowed in _CHOICES.items():
        if (value := getattr(gate, field)) not in allowed:
            words = " or ".join(f"“{each}”" for each in allowed)
            yield f"{named} has {field}=“{value}”. Write {words}."
    for field in _TEXTS:
        if not getattr(gate, field).strip():
            yield f"{named} has no {field}. The flags pages show it."
    if gate.permission and not is_declared(gate.permission):
        yield f"{named} names the permission “{gate.permission}”, which no model declares."


def _unreachable(gate: Gate, constants: dict[str, str], unused: set[str]) -> Iterator[str]:
    constant = constants.get(gate.name)
    if constant is None:
        yield (
            f"The gate “{gate.name}” is not a constant of an app's gates.py. "
            "Declare it there, so that code behind it imports it."
        )
    elif constant in unused:
        yield (
            f"No code asks for the gate “{gate.name}”. "
            f"Call require_open({constant}) where the feature starts, or remove the gate."
        )


def _constants() -> Iterator[tuple[str, str]]:
    """Yield the name of each gate in a `gates.py`, and the name of its constant."""
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "gates"):
            for constant, value in vars(import_module(f"{config.name}.gates")).items():
                if isinstance(value, Gate):
                    yield value.name, constant


def _unused(constants: set[str]) -> set[str]:
    """Return the constants that no module of our apps uses: importing or mentioning one is not enough."""
    found: set[str] = set()
    for path in Path(apps.get_app_config("core").path).parent.rglob("*.py"):
        if path.name == "gates.py" or "migrations" in path.parts:
            continue
        code = path.read_text(encoding="utf-8")
        if any(constant in code for constant in constants):
            found |= _names_read(code)
    return constants - found


def _names_read(code: str) -> set[str]:
    """Return the names that code reads, also as `gates.BULK_IMPORT`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found
