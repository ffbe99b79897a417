"""The typed shape of what a run stores as JSON: how to read its file, and what the columns mean."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self


class Stored:
    """A dataclass that is stored in a JSONField; unknown keys of older rows are dropped."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]  # Every subclass is a dataclass.

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        known = {item.name for item in fields(cls)}  # type: ignore[arg-type]
        return cls(**{key: value for key, value in data.items() if key in known})


@dataclass
class Reading(Stored):
    """How to read the file. Empty: find out. `header_row` counts from 1, 0 means find out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0


@dataclass
class Findings(Stored):
    """What was found in the file. `rows` does not count the header.

    `headers` are as in the file, in order, blank ones as "". `samples` are the first rows as lists
    of cells, `column_samples` three different non-empty values of each column, `blanks` the number of
    empty cells of each, `words` every value of a column that has at most 200, most frequent first,
    by its position (as text). `sheets` is [{"name", "rows", "hidden"}]; with several visible sheets and
    none chosen `needs_sheet` is true and nothing else is filled. `notes` are sentences for the agent. `readings` are
    the encodings that a text file may have, where it is a guess, the chosen first, with words as each reads
    them. `content` is a digest of all cells, the same for the same table in another format or encoding.
    """

    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[dict[str, Any]] = field(default_factory=list)
    needs_sheet: bool = False
    header_row: int = 1
    headers: list[str] = field(default_factory=list)
    rows: int = 0
    samples: list[list[str]] = field(default_factory=list)
    column_samples: list[list[str]] = field(default_factory=list)
    blanks: list[int] = field(default_factory=list)
    words: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    readings: list[tuple[str, list[str]]] = field(default_factory=list)
    content: str = ""


@dataclass
class Matching(Stored):
    """What the columns mean and how the import goes about it.

    `columns` maps the position of a file's column (as text, JSON has no other keys) to a dataset
    column, "" means deliberately not imported. `how` says how each was matched: exact, synonym,
    remembered, guess, hand, none. `values` maps dataset column → {word in the file: value};
    `remembered` are those of them that were said for an earlier file;
    `blanks` dataset column → leave, clear or refuse; `empty_words` dataset column → words that mean
    an empty cell; `date_orders` dataset column → dmy, mdy or ymd.
    """

    columns: dict[str, str] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    remembered: dict[str, dict[str, str]] = field(default_factory=dict)
    blanks: dict[str, str] = field(default_factory=dict)
    empty_words: dict[str, list[str]] = field(default_factory=dict)
    date_orders: dict[str, str] = field(default_factory=dict)
    decimal_mark: str = ""
    mode: str = "upsert"
    on_error: str = "skip"
    stop_after: int = 0
    create_missing: list[str] = field(default_factory=list)
