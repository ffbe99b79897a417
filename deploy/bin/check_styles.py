"""Fail if one of our stylesheets contains an error that browsers skip silently."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tinycss2

ROOT = Path(__file__).resolve().parent.parent.parent


def errors(nodes: list[Any]) -> Iterator[Any]:
    """Yield the parse errors in these rules and in every block inside them."""
    for node in nodes:
        if node.type == "error":
            yield node
        elif node.type in {"qualified-rule", "at-rule"} and node.content is not None:
            yield from errors(tinycss2.parse_blocks_contents(node.content))


def main() -> int:
    found = [
        f"{path.relative_to(ROOT)}:{error.source_line}: {error.message}"
        for path in sorted((ROOT / "apps").rglob("static/**/*.css"))
        for error in errors(tinycss2.parse_stylesheet(path.read_text(), skip_comments=True))
    ]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
