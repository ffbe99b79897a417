"""Parameters say what they take.

Counted is each function of `apps` and `config` that has a parameter annotated by a bare `Any`; pass-throughs
(`*args: Any`, `**kwargs: Any`) count as well, and so do methods that a package's own signature leaves no
choice. `Any` inside another type (`dict[str, Any]`) is not a bare one. Migrations are Django's text.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MOST = 0.05

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function]]:
    for folder in ("apps", "config"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def parameters(function: Function) -> list[ast.arg]:
    given = function.args
    starred = [each for each in (given.vararg, given.kwarg) if each is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *starred]


def is_any(parameter: ast.arg) -> bool:
    note = parameter.annotation
    return isinstance(note, ast.Name) and note.id == "Any"


def test_few_functions_take_just_anything() -> None:
    every = list(functions())
    vague = [name for name, function in every if any(map(is_any, parameters(function)))]
    assert len(every) > 3_000
    assert len(vague) / len(every) < MOST, "\n".join(vague)


def test_a_user_and_a_model_are_never_just_anything() -> None:
    """These have types of their own: `PermissionHolder`, `Actor`, `type[Model]`, `ModelAdmin`."""
    named = {"actor", "viewer", "model", "model_admin", "record"}
    assert [
        f"{name}: {parameter.arg}"
        for name, function in functions()
        for parameter in parameters(function)
        if is_any(parameter) and parameter.arg in named
    ] == []
