"""The table of entries, as a file that people review: read, derived from what it declares, written.

A line declares what GET and POST ask for and what they answer to who may; the cells of the roles
follow from that and from what `fixtures/reference/roles.json` gives each role. Write the declaration
by hand, and let `python -m tests.structure.access` fill in the cells.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.structure.access.asks import Persona, outcome
from tests.structure.access.entries import ACTION, Entry

ROOT = Path(__file__).parents[3]
TABLE = Path(__file__).parents[1] / "access_table.md"
NOT_DECLARED = "?"
HEAD = ["Entry", "GET asks for", "answers", "POST asks for", "answers", "elsewhere"]
SAME = '"'


def personas() -> list[Persona]:
    """Return everybody who stands at an entry, in the order of the table's columns."""
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


@dataclass(frozen=True)
class Line:
    """What an entry asks for and answers, by method."""

    entry: str
    get_asks: str
    get_answers: str
    post_asks: str
    post_answers: str
    # What is answered to who is limited to other organizations; else the same as to everybody.
    elsewhere: str = ""

    @property
    def declaration(self) -> list[str]:
        return [self.get_asks, self.get_answers, self.post_asks, self.post_answers]

    def expected(self, method: str, persona: Persona) -> str:
        if method == "GET":
            return outcome(self.get_asks, self.get_answers, persona)
        asks = self.get_asks if self.post_asks == SAME else self.post_asks
        return outcome(asks, self.post_answers, persona)

    def expected_elsewhere(self, method: str, persona: Persona) -> str:
        if not self.elsewhere:
            return self.expected(method, persona)
        get, _, post = self.elsewhere.partition(" ")
        return get if method == "GET" else post or get

    def cells(self) -> list[str]:
        found = []
        for persona in personas():
            if ACTION in self.entry:
                found.append(self.expected("POST", persona))
                continue
            get, post = (self.expected(method, persona) for method in ("GET", "POST"))
            found.append(get if get == post else f"{get} {post}")
        return found


def read() -> dict[str, Line]:
    """Return the declared lines by entry."""
    lines: dict[str, Line] = {}
    for row in _rows(TABLE.read_text(encoding="utf-8")):
        if len(row) < len(HEAD) or row[0] in (HEAD[0], "") or set(row[0]) <= {"-", ":"}:
            continue
        assert row[0] not in lines, f"{row[0]} stands twice in {TABLE.name}."
        lines[row[0]] = Line(*row[: len(HEAD)])
    return lines


def render(lines: dict[str, Line], entries: dict[str, Entry]) -> str:
    """Return the whole file: a section per app, aligned, sorted as the names are."""
    sections: dict[str, list[list[str]]] = {}
    for name in sorted(lines):
        line = lines[name]
        section = entries[name].section if name in entries else "gone"
        sections.setdefault(section, []).append(
            [
                name,
                line.get_asks,
                line.get_answers,
                line.post_asks,
                line.post_answers,
                line.elsewhere,
                *line.cells(),
            ]
        )
    header = [*HEAD, *(persona.name for persona in personas())]
    text = [INTRODUCTION]
    for section in sorted(sections):
        rows = sections[section]
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
        text.append(f"\n## {section}\n")
        text.append(_line(header, widths))
        text.append(_line(["-" * width for width in widths], widths))
        text += [_line(row, widths) for row in rows]
    return "\n".join(text) + "\n"


def _line(cells: list[str], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def _rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


INTRODUCTION = """# Who may use which page and action

Every address of the project (its name without `admin:`; its route where it has no name) and every action
of a list, with what it asks for, what it answers to who may, and the outcome for each role. A cell with
two outcomes has GET first and POST second. `tests/structure/test_access.py` tries each of them.

| Word                   | Meaning                                                                      |
| ---------------------- | ---------------------------------------------------------------------------- |
| `app.permission`       | this permission; `a or b`: one of them; `a + b`: each of them, in this order |
| `staff`                | everyone who may sign in here, whatever their permissions                   |
| `member`, `everyone`   | everyone who is signed in; strangers as well                                  |
| `sudo`                 | a factor proven in the last minutes; who has not is asked for it             |
| `owner`                | the person who made the record; others who may view it learn whose it is (403) |
| `nobody`, `nothing`    | nobody may (403); nothing is there (404)                                    |
| `-`                    | the method is not allowed (405)                                             |
| `permission (404)`     | to who has it not, nothing is there                                         |
| `"`                    | POST asks for what GET asks for                                             |
| elsewhere              | what is answered for a record outside of the scope of who is limited         |
| `login`                | sent to the sign-in page                                                    |
| `page`                 | an action of a list shows its confirmation; `list`: the list, nothing done  |

Declare a new entry by its first six columns; `python -m tests.structure.access` aligns the table and fills
in the rest."""
