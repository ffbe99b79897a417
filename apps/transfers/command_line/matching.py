"""Turns a command's options into a matching."""

import re
from functools import partial
from typing import Any

from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.command_line.options import named_pairs, pair
from apps.transfers.declarations import FieldKind
from apps.transfers.engine.cells.choices import word_key
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching
from apps.transfers.word_keys import fold_word


def matching_from_options(run: ImportRun, options: dict[str, Any]) -> Matching:
    """Apply the command's options to the suggested matching. Columns that are only similar are not matched."""
    findings = Findings.from_json(run.findings)
    matching = Matching.from_json(run.matching)
    for position, how in matching.how.items():
        if how == "guess":
            matching.columns[position], matching.how[position] = "", "none"
    _map_columns(run.dataset, findings.headers, matching, options.get("map"))
    _set_values(run.dataset, matching, options.get("value"))
    for option, target in (("blank", matching.blanks), ("date_order", matching.date_orders)):
        named = named_pairs(
            options.get(option), f"--{option.replace('_', '-')}", partial(_column, run.dataset)
        )
        target.update({_column(run.dataset, name): value for name, value in named.items()})
    for text in options.get("empty") or []:
        name, word = pair(text, "--empty")
        matching.empty_words.setdefault(_column(run.dataset, name), []).append(word)
    matching.decimal_mark = options.get("decimal_mark") or ""
    matching.mode = options["mode"]
    matching.on_error = options["on_error"]
    matching.stop_after = options.get("stop_after") or 0
    matching.create_missing = [_column(run.dataset, n) for n in options["create_missing"] or []]
    return matching


def _map_columns(
    dataset: str, headers: list[str], matching: Matching, texts: list[str] | None
) -> None:
    """Apply `--map` to the suggestions; contradicting options are refused."""
    by_hand: dict[str, str] = {}
    for text in texts or []:
        header, name = pair(text, "--map")
        place = str(_position(header, headers))
        name = _column(dataset, name) if name else ""
        if place in by_hand and matching.columns[place] != name:
            raise DomainError(
                f"--map is given twice for the same column or field: “{by_hand[place]}” and “{text}”. Keep one."
            )
        by_hand[place] = text
        for other, taken in list(matching.columns.items()):
            if name and taken == name and other != place:
                if other in by_hand:
                    raise DomainError(
                        f"--map is given twice for the same column or field: “{by_hand[other]}” and “{text}”. Keep one."
                    )
                matching.columns[other], matching.how[other] = "", "none"
        matching.columns[place], matching.how[place] = name, "hand"


def _set_values(dataset: str, matching: Matching, texts: list[str] | None) -> None:
    """Apply `--value` to the suggestions; contradicting options are refused."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for text in texts or []:
        left, value = pair(text, "--value")
        name, mark, word = left.partition(":")
        if not mark or not word.strip():
            raise DomainError(f"--value takes “field:word=value”, not “{text}”.")
        name, word = _column(dataset, name), word.strip()
        value = _value(dataset, name, value)
        column = registry.get(dataset).columns()[name]
        earlier, message = first.setdefault((name, word_key(column, word)), (text, value))
        if message != value:
            raise DomainError(
                f"--value is given twice for the same word: “{earlier}” and “{text}”. Keep one."
            )
        words = matching.values.setdefault(name, {})
        # A remembered meaning of another spelling of the same word is replaced.
        for known in [each for each in words if word_key(column, each) == word_key(column, word)]:
            del words[known]
        words[word] = value


def _position(header: str, headers: list[str]) -> int:
    """Return the position of a header; "#3" is the third column, whatever its header."""
    by_number = re.fullmatch(r"#(\d+)", header)
    if by_number:
        position = int(by_number[1]) - 1
        if not 0 <= position < len(headers):
            raise DomainError(f"The file has no column {header}; it has {len(headers)}.")
        return position
    found = [i for i, each in enumerate(headers) if each == header] or [
        i for i, each in enumerate(headers) if fold_word(each) == fold_word(header)
    ]
    if not found:
        raise DomainError(
            f"The file has no column “{header}”. Its columns: {', '.join(h or '(blank)' for h in headers)}."
        )
    if len(found) > 1:
        places = ", ".join(f"#{i + 1}" for i in found)
        raise DomainError(
            f"The header “{header}” stands above {len(found)} columns. Say which: {places}."
        )
    return found[0]


def _column(dataset: str, name: str) -> str:
    columns = registry.get(dataset).columns()
    if name in columns:
        return name
    for each, column in columns.items():
        if fold_word(column.label) == fold_word(name):
            return each
    raise DomainError(f"{dataset} have no field “{name}”. Fields: {', '.join(columns)}.")


def _value(dataset: str, name: str, value: str) -> str:
    """Return a choice's value for the typed text; "" means not to import the word."""
    column = registry.get(dataset).columns()[name]
    if column.kind not in (FieldKind.CHOICE, FieldKind.RELATION):
        raise DomainError(
            f"--value is for words of a choice or of a relation; {column.label} holds neither."
        )
    if not column.choices or not value:
        return value
    for known, label in column.choices:
        if fold_word(value) in (fold_word(known), fold_word(label)):
            return str(known)
    known_values = ", ".join(str(known) for known, _ in column.choices)
    raise DomainError(f"“{value}” is not a {column.label.lower()}. Choose from {known_values}.")
