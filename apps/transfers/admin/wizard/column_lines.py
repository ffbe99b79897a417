"""The contents of the Columns page: a line per column, its words, and what is still missing."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from apps.transfers.declarations import Column, DatasetResource, FieldKind
from apps.transfers.forms.matching import BLANKS, HOW, typed_field, word_field
from apps.transfers.options import Matching
from apps.transfers.selectors import ColumnSuggestion, RelationWords, ValueWord


@dataclass
class Need:
    """A column that every row needs; `for_new` if only new records need it."""

    column: Column
    for_new: bool
    is_missing: bool


def needs_of(dataset: type[DatasetResource], matching: Matching) -> list[Need]:
    given = set(matching.columns.values())
    return [
        Need(
            column=column,
            for_new=not column.needed,
            is_missing=name not in given and (column.needed or matching.mode != "update"),
        )
        for name, column in dataset.columns().items()
        if column.needed or column.required
    ]


@dataclass
class Line:
    """One column of the file, as the page shows it."""

    position: int
    header: str
    samples: list[str]
    target: str
    how: str
    how_color: str
    blanks: int
    blank: str
    blank_choices: list[tuple[str, str]]
    blanks_refuse: bool
    date_order: str | None
    # An ambiguous date of the column, if nobody has chosen the order.
    ambiguous: str = ""


def line_of(suggestion: ColumnSuggestion, known: dict[str, Column], matching: Matching) -> Line:
    position = str(suggestion.position)
    target = matching.columns.get(position, suggestion.target)
    how = matching.how.get(position) or suggestion.how
    column = known.get(target)
    blank_choices = []
    if column is not None and suggestion.blanks:
        blank_choices = [
            choice for choice in BLANKS.items() if choice[0] != "clear" or column.clearable
        ]
    word, color = HOW.get(how if target else "none", (how, "default"))
    return Line(
        position=suggestion.position,
        header=suggestion.header,
        samples=suggestion.samples,
        target=target,
        how=word,
        how_color=color,
        blanks=suggestion.blanks,
        blank=matching.blanks.get(target, str(column.blank) if column else ""),
        blank_choices=blank_choices,
        blanks_refuse=column is not None and column.needed and suggestion.blanks > 0,
        date_order=matching.date_orders.get(target, "")
        if column is not None and column.kind == FieldKind.DATE
        else None,
    )


def word_groups(words: list[ValueWord], known: dict[str, Column]) -> list[dict[str, Any]]:
    groups = []
    for name, members in groupby(words, key=lambda word: word.column):
        items = [{"field": word_field(word.column, word.word), "word": word} for word in members]
        column = known.get(name)
        groups.append(
            {
                "label": column.label if column else name,
                "choices": column.choices if column else (),
                "words": items,
                "unknown": sum(item["word"].how == "none" for item in items),  # type: ignore[attr-defined]
            }
        )
    return groups


def relation_group(group: RelationWords) -> dict[str, Any]:
    """A relation column's unmatched words, each with candidate records."""
    items = []
    for word in group.words:
        choices = [(candidate.value, str(candidate)) for candidate in word.candidates]
        if word.meant and word.meant not in {value for value, _ in choices}:
            choices.insert(0, (word.meant, word.meant))
        items.append(
            {
                "field": word_field(word.column, word.word),
                "typed": typed_field(word.column, word.word),
                "word": word,
                "choices": choices,
            }
        )
    return {"group": group, "words": items}


def key_in_words(dataset: type[DatasetResource]) -> str:
    """Return the key of the dataset's records in words: "e-mail and organization"."""
    part = dataset.parts()[-1]
    known = dataset.columns()
    earlier = {p.name: p for p in dataset.parts()}

    def label(field: str) -> str:
        source = part.fields.get(field, field)
        if source.startswith("part:"):
            other = earlier[source.removeprefix("part:")]
            source = other.fields.get(other.keys[0][0], other.keys[0][0])
        return known[source].label if source in known else source

    return ", or ".join(" and ".join(label(field) for field in key) for key in part.keys)
