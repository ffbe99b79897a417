"""An import inside a function says why it is there, in a comment on it or above it.

Such an import is for start-up time alone: what a process loads late, or what cannot be loaded yet. It is no
way around a circle, which import-linter refuses here as well. Migrations are Django's text, and `ready()` of an
`AppConfig` is the place for imports that need the models.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MODULES = sorted(
    path
    for folder in ("apps", "config", "deploy")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)


def inner_imports(tree: ast.Module) -> Iterator[ast.stmt]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if function.name == "ready":
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node


def has_reason(lines: list[str], node: ast.stmt) -> bool:
    """Tell whether a comment stands on the import, or above the imports that it stands among."""
    above = node.lineno - 1
    while above and lines[above - 1].strip().startswith(("import ", "from ")):
        above -= 1
    block = lines[max(above - 1, 0) : node.end_lineno]
    return any("#" in line for line in block)


def unexplained(source: str) -> list[str]:
    lines = source.splitlines()
    found = [node for node in inner_imports(ast.parse(source)) if not has_reason(lines, node)]
    return sorted({f"{node.lineno}: {ast.unparse(node)}" for node in found})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_import_inside_a_function_says_why(path: Path) -> None:
    assert unexplained(path.read_text(encoding="utf-8")) == []


def test_the_look_finds_one_without_a_reason() -> None:
    bare = "def run():\n    import json\n    return json\n"
    explained = "def run():\n    # Only the command line prints.\n    import json\n    import csv\n"

    assert unexplained(bare) == ["2: import json"]
    assert unexplained(explained) == []
