"""The system check of feature gates: each is a constant in a `gates.py`, and code uses it."""

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from django.apps import AppConfig, apps
from django.core import checks
from django.utils.module_loading import module_has_submodule

from apps.core.gates import DECLARED, Gate


@checks.register("gates")
def check_gates(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    constants = dict(_constants())
    unused = _unused(set(constants.values()))
    return [
        checks.Error(sentence, id="core.E021")
        for gate in DECLARED
        if (sentence := _wrong(gate, constants, unused))
    ]


def _wrong(gate: Gate, constants: dict[str, str], unused: set[str]) -> str:
    constant = constants.get(gate.name)
    if constant is None:
        return (
            f"The gate “{gate.name}” is no constant of an app's gates.py. "
            "Declare it there, so that code behind it imports it."
        )
    if constant in unused:
        return (
            f"No code asks for the gate “{gate.name}”. "
            f"Call require_open({constant}) where the feature starts, or remove the gate."
        )
    return ""


def _constants() -> Iterator[tuple[str, str]]:
    """Yield the name of each gate in a `gates.py`, and the name of its constant."""
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "gates"):
            for constant, value in vars(import_module(f"{config.name}.gates")).items():
                if isinstance(value, Gate):
                    yield value.name, constant


def _unused(constants: set[str]) -> set[str]:
    """Return the constants that no module of our apps uses, other than the one that declares them."""
    found: set[str] = set()
    for path in Path(apps.get_app_config("core").path).parent.rglob("*.py"):
        if path.name != "gates.py" and "migrations" not in path.parts:
            found.update(re.findall(r"\b[A-Z][A-Z0-9_]+\b", path.read_text(encoding="utf-8")))
    return constants - found
