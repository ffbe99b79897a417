"""The names of flags, switches, and samples that the code asks waffle for, each of which must be declared."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

from apps.core.gate_places import gate_places
from apps.core.gates import DECLARED

# What asks, and for what. Functions and decorators take the name as one of their first two arguments.
_CALLS = {
    "flag_is_active": "flag",
    "switch_is_active": "switch",
    "sample_is_active": "sample",
    "waffle_flag": "flag",
    "waffle_switch": "switch",
    "flag_is_on": "flag",
    "switch_is_on": "switch",
    "sample_is_on": "sample",
}
_MODELS = {"Flag": "flag", "Switch": "switch", "Sample": "sample"}
_MIXINS = {"waffle_flag": "flag", "waffle_switch": "switch", "waffle_sample": "sample"}
_TAG = re.compile(r"""\{%-?\s*(flag|switch|sample)\s+['"]?([^\s'"%]+)['"]?\s*-?%\}""")


@dataclass(frozen=True)
class Asked:
    """A place that asks for a "flag", "switch", or "sample" by its name."""

    kind: str
    name: str
    place: str


def all_asked_names() -> Iterator[Asked]:
    """Find the names in the code of our apps, and in all templates."""
    root = Path(apps.get_app_config("flags").path).parent
    code = (path for path in sorted(root.rglob("*.py")) if "migrations" not in path.parts)
    engines: list[Any] = list(settings.TEMPLATES)
    templates = [Path(folder) for engine in engines for folder in engine["DIRS"]]
    return asked_names(code, [*templates, root])


@cache
def places() -> dict[tuple[str, str], list[str]]:
    """Return, by kind and name, the places that ask: read once, because code does not change while it runs."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, used_at in gate_places().items():
        gate = DECLARED.get(name)
        if gate is not None and used_at:
            found[gate.by, name] = list(used_at)
    for asked in all_asked_names():
        place = asked.place.removeprefix(f"{settings.BASE_DIR}/")
        found.setdefault((asked.kind, asked.name), []).append(place)
    return found


def asked_names(code: Iterable[Path], templates: Iterable[Path]) -> Iterator[Asked]:
    """Find the names in Python files, and in the templates of folders."""
    for path in code:
        text = path.read_text(encoding="utf-8")
        if any(word in text for word in ("waffle", "is_active", "_is_on", ".get(")):
            yield from _in_code(text, path)
    for folder in templates:
        for path in sorted(folder.rglob("*.html")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                for kind, name in _TAG.findall(line):
                    yield Asked(kind, name.removeprefix("!"), f"{path}:{number}")


def _in_code(text: str, path: Path) -> Iterator[Asked]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (kind := _kind_of(node.func)):
            arguments = [*node.args[:2], *(each.value for each in node.keywords)]
            for value in arguments:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield _asked(kind, value, path)
                    break
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                yield from _in_class(statement, path)


def _in_class(statement: ast.stmt, path: Path) -> Iterator[Asked]:
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Constant):
        return
    for target in statement.targets:
        if isinstance(target, ast.Name) and target.id in _MIXINS:
            yield _asked(_MIXINS[target.id], statement.value, path)


def _kind_of(function: ast.expr) -> str | None:
    if isinstance(function, ast.Name):
        return _CALLS.get(function.id)
    if not isinstance(function, ast.Attribute):
        return None
    if function.attr == "get" and isinstance(function.value, ast.Name):
        return _MODELS.get(function.value.id)
    return _CALLS.get(function.attr)


def _asked(kind: str, value: ast.Constant, path: Path) -> Asked:
    return Asked(kind, str(value.value).removeprefix("!"), f"{path}:{value.lineno}")
