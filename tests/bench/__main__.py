"""Run the groups, print a table, write the JSON: `python -m tests.bench [group …]`."""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterable

from config import env
from tests import bench


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"


def table(results: Iterable[bench.Result]) -> str:
    head = ("name", "rows", "value", "unit", "against", "ratio", "goal", "")
    lines = [head]
    for result in results:
        verdict = {None: "", True: "ok", False: "MISSED"}[result.ok]
        sign = "≥ " if result.at_least else "≤ "
        goal = "" if result.goal is None else sign + number(result.goal)
        rows = "" if result.rows is None else f"{result.rows:,}"
        figures = (number(result.value), result.unit, number(result.against), number(result.ratio))
        lines.append((result.name, rows, *figures, goal, verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 3, 7) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def as_json(result: bench.Result) -> dict[str, object]:
    names = ("name", "rows", "value", "unit", "against", "ratio", "goal", "ok")
    return {name: getattr(result, name) for name in names}


def main() -> int:
    groups = [
        module.name for module in pkgutil.iter_modules(bench.__path__) if module.name[0] != "_"
    ]
    unknown = set(sys.argv[1:]) - set(groups)
    if unknown:
        print(
            f"No such group: {', '.join(unknown)}. There are: {', '.join(groups)}.", file=sys.stderr
        )
        return 2
    folder = env.read().var_path / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    missed = False
    for name in sys.argv[1:] or groups:
        print(f"{name}: measuring …", flush=True)
        results: list[bench.Result] = []
        file = folder / f"{name}.json"
        try:
            # One at a time: if the group fails after ten minutes, what it measured is not lost.
            for result in importlib.import_module(f"tests.bench.{name}").measure():
                results.append(result)
        finally:
            file.write_text(json.dumps([as_json(result) for result in results], indent=2) + "\n")
            print(f"{table(results)}\n→ {file}\n", flush=True)
        missed = missed or any(result.ok is False for result in results)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
