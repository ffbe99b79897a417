"""A lower app names nothing of a higher one: neither in a string nor in the name of a column."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps as installed
from django.conf import settings

from apps.audit.kinds import EVENT_KINDS
from apps.audit.origins import CHANGE_SOURCES, RUN_KINDS
from apps.core.port import Registry

ROOT = Path(settings.BASE_DIR)
LAYERS = "Imports run downward only"


def floors() -> list[list[str]]:
    """Return the apps from the top of the house down; those of one floor stand together."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["name"] == LAYERS]
    return [[app.strip() for app in layer.split("|")] for layer in layers]


APPS = [app for floor in floors() for app in floor]


def unknown_to(app: str) -> list[str]:
    """Return the apps that `app` cannot know: those above it and those beside it."""
    found: list[str] = []
    for floor in floors():
        if app in floor:
            return [*found, *(other for other in floor if other != app)]
        found += floor
    raise LookupError(app)


def nodes_of(app: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield every piece of an app's code with its place, without docstrings."""
    for path in sorted((ROOT / "apps" / app).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        statements = {id(node.value): node for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) not in statements:
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def strings_of(app: str) -> Iterator[tuple[str, str]]:
    for place, node in nodes_of(app):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield place, node.value


def names_of(app: str) -> Iterator[tuple[str, str]]:
    for place, node in nodes_of(app):
        for attribute in ("id", "attr", "arg", "name"):
            if isinstance(name := getattr(node, attribute, None), str):
                yield place, name
    yield from strings_of(app)


@pytest.mark.parametrize("app", APPS)
def test_no_string_names_a_permission_a_model_or_a_module_of_a_higher_app(app: str) -> None:
    higher = "|".join(unknown_to(app)) or "nothing"
    pattern = re.compile(rf"(?:apps\.|admin:)?(?:{higher})[._:][a-z]\w*(?:\.\w+)*")

    found = [f"{place}: {text}" for place, text in strings_of(app) if pattern.fullmatch(text)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("registry", [EVENT_KINDS, CHANGE_SOURCES, RUN_KINDS], ids=lambda r: r.name)
def test_the_audit_app_names_no_code_that_a_higher_app_declares(registry: Registry[str]) -> None:
    codes = {code for code in registry.plugs() if code not in own_codes()}

    found = [f"{place}: {text}" for place, text in strings_of("audit") if text in codes]

    assert codes
    assert not found, "\n".join(found)


@pytest.mark.parametrize("app", ["core", "audit"])
def test_the_ground_floors_have_no_column_or_name_for_a_model_above_them(app: str) -> None:
    """`import_run_id` would be one: a new kind of job would need a column here."""
    models = [model for higher in unknown_to(app) for model in own_models(higher)]
    words = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in models]
    pattern = re.compile("|".join(rf"(?<![a-z]){word}" for word in words if "_" in word))

    found = [f"{place}: {name}" for place, name in names_of(app) if pattern.search(name)]

    assert not found, "\n".join(found)


def own_codes() -> set[str]:
    """Return the codes that the audit app declares itself, whatever they stand for."""
    return {
        code
        for registry in (EVENT_KINDS, CHANGE_SOURCES, RUN_KINDS)
        for code, plug in registry.plugs().items()
        if plug.module.startswith("apps.audit")
    }


def own_models(app: str) -> list[str]:
    return [model.__name__ for model in installed.get_app_config(app).get_models()]
