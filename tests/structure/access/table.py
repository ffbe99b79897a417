"""What each entry should ask for: derived from the admin's declarations, and written where it differs.

`tests/structure/access_table.md` has a line for each difference, and says why. A cell that is left empty is
derived; an entry that nothing is derived for has all of its cells written. `python -m tests.structure.access`
prints the whole table, with what each role is answered.
"""

import json
import re
from pathlib import Path

from tests.structure.access.asks import Persona
from tests.structure.access.derived import derived
from tests.structure.access.entries import ACTION, Entry
from tests.structure.access.line import Line

ROOT = Path(__file__).parents[3]
TABLE = Path(__file__).parents[1] / "access_table.md"
HEAD = ["Entry", "GET asks for", "answers", "POST asks for", "answers", "elsewhere", "why"]


def personas() -> list[Persona]:
    """Return everybody who stands at an entry, in the order of the printed columns."""
    roles = json.loads((ROOT / "fixtures/reference/roles.json").read_text(encoding="utf-8"))
    return [
        *(
            Persona(name, None if "*" in role["permissions"] else frozenset(role["permissions"]))
            for name, role in roles.items()
        ),
        Persona("superuser", None),
        Persona("without sudo", None, has_fresh_factor=False),
        Persona("no role"),
        Persona("member", is_staff=False),
        Persona("stranger", is_staff=False, is_signed_in=False),
    ]


def lines(entries: dict[str, Entry]) -> tuple[dict[str, Line], list[str]]:
    """Return the line of each entry, and a sentence for each fault of the written table."""
    written = read()
    found: dict[str, Line] = {}
    faults = [
        f"{TABLE.name} has a line for “{pattern}”, which no page or action is called. Delete it."
        for pattern in written
        if not any(_matches(pattern, name) for name in entries)
    ]
    for name, entry in entries.items():
        patterns = [pattern for pattern in written if _matches(pattern, name)]
        standard = derived(entry)
        if len(patterns) > 1:
            faults.append(f"{name} has several lines in {TABLE.name}: {' and '.join(patterns)}.")
        elif patterns:
            cells = written[patterns[0]]
            faults += _faults(patterns[0], cells, standard)
            found[name] = _merged(name, cells, standard)
        elif standard is not None:
            found[name] = standard
        else:
            faults.append(_missing(entry))
    return found, faults


def _merged(name: str, cells: list[str], standard: Line | None) -> Line:
    if standard is None:
        return Line(name, *cells)
    usual = [
        standard.get_asks,
        standard.get_answers,
        standard.post_asks,
        standard.post_answers,
        standard.elsewhere,
        "",
    ]
    return Line(name, *(cell or usual[column] for column, cell in enumerate(cells)))


def _faults(pattern: str, cells: list[str], standard: Line | None) -> list[str]:
    if not cells[-1]:
        return [f"The line of {pattern} in {TABLE.name} has no reason: write it into “why”."]
    if not any(cells[:-1]):
        return [f"The line of {pattern} in {TABLE.name} says nothing. Delete it."]
    if standard is None and not (cells[0] and cells[2]):
        return [f"The line of {pattern} in {TABLE.name} must say what GET and POST ask for."]
    return []


def _missing(entry: Entry) -> str:
    """Return what to write for an entry that no declaration says anything about."""
    cells = [entry.name, "app.permission", "200", '"', "302", "404", "A sentence that says why."]
    return (
        f"Nothing says what {entry.name} ({entry.route}) asks for. Declare it as a confirmed action, or add "
        f"to the section “{entry.section}” of {TABLE.name}, with the right words:\n"
        f"    | {' | '.join(cells)} |"
    )


def read() -> dict[str, list[str]]:
    """Return the cells after the name, by the name or pattern of an entry."""
    written: dict[str, list[str]] = {}
    for row in _rows(TABLE.read_text(encoding="utf-8")):
        if len(row) != len(HEAD) or row[0] == HEAD[0] or set(row[0]) <= {"-", ":"}:
            continue
        for pattern in row[0].split(", "):
            assert pattern not in written, f"{pattern} stands twice in {TABLE.name}."
            written[pattern] = row[1:]
    return written


def _matches(pattern: str, name: str) -> bool:
    # The route of an entry without a name may hold stars itself.
    if pattern == name:
        return True
    expression = "[^?]*".join(map(re.escape, pattern.split("*")))
    return "*" in pattern and bool(re.fullmatch(expression, name))


def render(entries: dict[str, Entry]) -> str:
    """Return the whole table: a section per app, each entry with what every persona is answered."""
    found, _ = lines(entries)
    sections: dict[str, list[list[str]]] = {}
    for name in sorted(found):
        line = found[name]
        asks = [line.get_asks, line.post_asks, line.elsewhere]
        sections.setdefault(entries[name].section, []).append([name, *asks, *_cells(line)])
    header = ["Entry", "GET asks for", "POST asks for", "elsewhere"]
    header += [persona.name for persona in personas()]
    text: list[str] = []
    for section in sorted(sections):
        rows = sections[section]
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
        text += [f"\n## {section}\n", _aligned(header, widths)]
        text.append(_aligned(["-" * width for width in widths], widths))
        text += [_aligned(row, widths) for row in rows]
    return "\n".join(text) + "\n"


def _cells(line: Line) -> list[str]:
    """Return the answers of each persona: of GET, and after a space of POST where it differs."""
    found = []
    for persona in personas():
        get, post = (line.expected(method, persona) for method in ("GET", "POST"))
        if ACTION in line.entry:
            get = post
        found.append(get if get == post else f"{get} {post}")
    return found


def _aligned(cells: list[str], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def _rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip()[1:-1].split(" | ")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
