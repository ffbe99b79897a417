"""Merges two tabs' answers about one file: a three-way merge of matchings."""

from typing import Any

from apps.transfers.declarations import Column
from apps.transfers.options import Findings, Matching

type Path = tuple[str, ...]

# Answers about a column of the file, which depend on what it is matched to.
_FOLLOWS = "how"
_PANEL = {
    "mode": "Records",
    "on_error": "When rows are refused",
    "stop_after": "Stop after this many refused rows",
    "decimal_mark": "Number format",
    "create_missing": "Missing records",
    "empty_words": "Words that mean an empty cell",
}


def merged_matching(
    opened: Matching, mine: Matching, theirs: Matching
) -> tuple[Matching, list[Path]]:
    """Return the matching to store, and the answers that both changed: there, mine wins.

    What only one side changed since `opened` is taken from that side.
    """
    conflicts: list[Path] = []
    stored = theirs.to_json()
    values = _merged(opened.to_json(), mine.to_json(), stored, (), conflicts)
    created, before = set(mine.create_missing), set(opened.create_missing)
    values["create_missing"] = sorted((set(theirs.create_missing) | created) - (before - created))
    values[_FOLLOWS] = {
        position: (mine if mine.columns.get(position) == target else theirs).how.get(
            position, "none"
        )
        for position, target in values["columns"].items()
    }
    open_ones = [path for path in conflicts if path[0] not in (_FOLLOWS, "create_missing")]
    return Matching.from_json(values), open_ones


def _merged(opened: object, mine: object, theirs: object, path: Path, conflicts: list[Path]) -> Any:
    if mine in (theirs, opened):
        return theirs
    if theirs == opened:
        return mine
    if isinstance(mine, dict) and isinstance(theirs, dict):
        before = opened if isinstance(opened, dict) else {}
        found = {
            key: _merged(before.get(key), mine.get(key), theirs.get(key), (*path, key), conflicts)
            for key in [*theirs, *(key for key in mine if key not in theirs)]
        }
        return {key: value for key, value in found.items() if value is not None}
    conflicts.append(path)
    return mine


def conflict_in_words(
    path: Path, theirs: Matching, findings: Findings, known: dict[str, Column]
) -> str:
    """Describe the other side's answer: “Position” goes to Role."""
    name, *rest = path
    value: Any = theirs.to_json()[name]
    for key in rest:
        value = value.get(key) if isinstance(value, dict) else None
    if name == "columns":
        label = known[value].label if value in known else "no field"
        return f"“{findings.headers[int(rest[0])]}” goes to {label}."
    if name == "values" and len(rest) == 2:
        column = known.get(rest[0])
        labels = dict(column.choices) if column else {}
        return f"“{rest[1]}” means {labels.get(value, value) or 'that its rows are refused'}."
    if rest:
        label = known[rest[0]].label if rest[0] in known else rest[0]
        return f"{name.replace('_', ' ').capitalize()} of {label} were changed."
    return f"“{_PANEL.get(name, name)}” was changed."
