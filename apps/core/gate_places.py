"""The places in our code that ask for a gate, found in the source."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from apps.core.gates import Gate


def gate_constants() -> Iterator[tuple[str, str]]:
    """Yield the name of each gate in a `gates.py`, and the name of its constant."""
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "gates"):
            for constant, value in vars(import_module(f"{config.name}.gates")).items():
                if isinstance(value, Gate):
                    yield value.name, constant


def gate_places() -> dict[str, list[str]]:
    """Return, by the name of a gate, the places that use its constant: importing it is not enough."""
    constants = {constant: name for name, constant in gate_constants()}
    found: dict[str, list[str]] = {name: [] for name in constants.values()}
    root = Path(apps.get_app_config("core").path).parent
    for path in sorted(root.rglob("*.py")):
        if path.name == "gates.py" or "migrations" in path.parts:
            continue
        code = path.read_text(encoding="utf-8")
        if any(constant in code for constant in constants):
            for line, read in names_read(code):
                if read in constants:
                    place = f"{path.relative_to(root.parent)}:{line}"
                    found[constants[read]].append(place)
    return found


def names_read(code: str) -> Iterator[tuple[int, str]]:
    """Yield the names that code reads, also as `gates.BULK_IMPORT`, each with its line."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
