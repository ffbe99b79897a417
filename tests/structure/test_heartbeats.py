"""A heartbeat is written and compared by the database's clock: clocks of machines differ."""

import ast
from pathlib import Path

from django.conf import settings


def _values(tree: ast.AST) -> list[tuple[int, str]]:
    """Return what is assigned to a heartbeat, or passed as one, with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and "heartbeat_at" in ast.unparse(node.targets[0]):
            found.append((node.lineno, ast.unparse(node.value)))
        elif isinstance(node, ast.keyword) and (node.arg or "").startswith("heartbeat_at"):
            found.append((node.value.lineno, ast.unparse(node.value)))
    return found


def test_no_heartbeat_comes_from_the_clock_of_a_machine() -> None:
    base = Path(settings.BASE_DIR)
    seen, wrong = 0, []
    for path in (base / "apps").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for line, value in _values(ast.parse(path.read_text(encoding="utf-8"))):
            seen += 1
            if "timezone" in value or "datetime" in value:
                wrong.append(f"{path.relative_to(base)}:{line}")

    assert seen > 5
    assert not wrong
