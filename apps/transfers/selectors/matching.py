"""The step "columns": what each column probably means, and the words in choice columns."""

from dataclasses import dataclass, field
from typing import Any

from apps.transfers.models import ImportRun


@dataclass
class ColumnSuggestion:
    """One line of the matching. `position` counts the file's columns from 0, as in
    `Matching.columns`; `target` is a dataset column or ""; `how` is exact, synonym, remembered,
    guess, hand or none."""

    position: int
    header: str
    samples: list[str]
    blanks: int
    target: str
    how: str


@dataclass
class ValueWord:
    """A word of a choice or relation column. `value` is what it means now, "" is unknown."""

    column: str
    word: str
    count: int
    value: str
    how: str
    candidates: list[tuple[str, str]] = field(default_factory=list)


def column_suggestions(run: ImportRun) -> list[ColumnSuggestion]:
    """Return a line for each column of the file, from the run's matching where there is one."""
    raise NotImplementedError


def value_words(run: ImportRun) -> list[ValueWord]:
    """Return the words of every matched choice column, most frequent first, at most 200 a column.

    Counted when the file was read, for each column with at most 200 different values.
    """
    raise NotImplementedError


def same_content_runs(run: ImportRun, user: Any) -> list[ImportRun]:
    """Return earlier runs that applied a file with the same SHA-256 to the same dataset."""
    raise NotImplementedError
