"""One module alone reads the environment."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READER = ROOT / "config" / "env.py"
# Every entry point names the settings where nobody has named them; that reads nothing.
ALLOWED = {"setdefault"}


def reads(file: Path) -> list[int]:
    """Return the lines that use `os.environ` or `os.getenv`."""
    tree = ast.parse(file.read_text())
    allowed = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ALLOWED
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and node not in allowed
    ]


def test_only_one_module_reads_the_environment() -> None:
    files = [
        file
        for folder in ("apps", "config", "deploy/standalone", "deploy/web")
        for file in (ROOT / folder).rglob("*.py")
    ]
    assert len(files) > 100
    found = {str(file.relative_to(ROOT)): reads(file) for file in files if file != READER}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert reads(READER)
