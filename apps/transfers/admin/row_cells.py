"""The cells that a row of a plan shows: what it changes, otherwise what it says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from apps.transfers.declarations import Column, FieldKind
from apps.transfers.selectors import PlanRow

_WRITTEN = ("create", "update")


@dataclass
class Cell:
    label: str
    before: str | None
    after: str | None
    is_change: bool
    # The file's own word, if it is not the value: "vice chair".
    word: str = ""


def cells_of(row: PlanRow, columns: Mapping[str, Column], labels: Mapping[str, str]) -> list[Cell]:
    """Return the row's changes, otherwise its values, in the order of `labels`."""
    # A problem already shows its cell; a version means nothing to people.
    silent = {
        *(problem.get("column", "") for problem in row.problems),
        *(name for name, column in columns.items() if column.kind is FieldKind.VERSION),
    }
    # Leave out values that the key already shows, unless there is nothing else.
    return _shown(row, labels, silent | set(row.key_columns)) or _shown(row, labels, silent)


def _shown(row: PlanRow, labels: Mapping[str, str], silent: Collection[str]) -> list[Cell]:
    written = row.changes if row.verdict in _WRITTEN else {}
    cells = {
        # A row that creates one record may change another: a membership's row, its person's name.
        name: _changed(row, labels[name], name, before, after)
        for name, (before, after) in written.items()
        if row.verdict == "update" or before or (after and name not in silent)
    }
    return [cells[name] for name in labels if name in cells] or [
        Cell(labels[name], None, value, is_change=False, word=row.words.get(name, ""))
        for name, value in row.values.items()
        if value and name not in silent
    ]


def _changed(row: PlanRow, label: str, name: str, before: str | None, after: str | None) -> Cell:
    is_change = row.verdict == "update" or bool(before) or name.startswith("back:")
    return Cell(label, before, after, is_change=is_change, word=row.words.get(name, ""))
