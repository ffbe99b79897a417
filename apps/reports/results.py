"""What a report says, as plain data: stored as JSON, compared, and rendered in any format."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

# A value of a row. Dates and moments are in ISO 8601, so that a result survives JSON unchanged.
type Value = str | int | float | bool | None
type Row = Mapping[str, Value]

# A number counts records, and leads to them. A quantity is a size, such as days or seconds, and counts none.
NUMERIC = ("number", "difference", "quantity", "percent")
PERSONAL = ("email", "phone")
KINDS = ("text", "date", "moment", "yes_no", *NUMERIC, *PERSONAL)


@dataclass(frozen=True)
class ReportColumn:
    """A column of a report: its key in a row, its heading, and the type of its values.

    `short` is the heading on a page, where its neighbors say the rest. `link` is an address in which
    `{key}` stands for a value of the row: a list of exactly the records that the cell counts, or the
    record itself. `person` names the key of the row's person, of a column that is personal data.
    """

    key: str
    label: str
    kind: str = "text"
    short: str = ""
    link: str = ""
    person: str = ""
    # Whether the file formats add the column up in their last row.
    is_summed: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"“{self.kind}” is not a kind of column. Known: {', '.join(KINDS)}.")
        if self.is_personal and not self.person:
            raise ValueError(
                f"The column “{self.key}” is personal data: name the key of the row's person with person=…."
            )

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def is_personal(self) -> bool:
        return self.kind in PERSONAL


def count_column(key: str, label: str, short: str = "", link: str = "") -> ReportColumn:
    """Return a column of whole numbers that are added up in the last row."""
    return ReportColumn(key, label, "number", short, link, is_summed=True)


def difference_column(key: str, label: str, short: str = "") -> ReportColumn:
    """Return a column of differences, such as +3, which are added up. They count no records, and lead to none."""
    return ReportColumn(key, label, "difference", short, is_summed=True)


@dataclass(frozen=True)
class Total:
    """A number at the head of a report, and what it was before, where that is known.

    `definition` is the sentence of its measure, `link` a list of the records that it counts.
    """

    label: str
    value: int
    before: int | None = None
    definition: str = ""
    link: str = ""

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.value - self.before


@dataclass(frozen=True)
class Chart:
    """A bar chart: a label per group of bars, and the series in the order they are drawn."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]


def bars(title: str, counts: Mapping[str, int], series: str = "") -> Chart | None:
    """Return a chart of one bar per label; None where there is nothing to draw."""
    if not any(counts.values()):
        return None
    return Chart(title, list(counts), [(series or title, list(counts.values()))])


@dataclass(frozen=True)
class ReportResult:
    """A report for one set of parameters, in one person's rights and scope.

    `totals` begins with the main number. `left_out` is the number of rows beyond the report's limit.
    """

    summary: str
    rows: Sequence[Row]
    totals: Sequence[Total] = ()
    chart: Chart | None = None
    period: str = ""
    # What the totals are compared with, as in "+2 vs. the week before".
    compared_with: str = "last time"
    left_out: int = 0
    # Filled in by `ReportDefinition.run`.
    name: str = ""
    title: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    columns: Sequence[ReportColumn] = ()

    @property
    def main(self) -> Total | None:
        """The number that the report is about."""
        return self.totals[0] if self.totals else None

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def row_count(self) -> int:
        return len(self.rows) + self.left_out

    def sums(self) -> dict[str, int | float] | None:
        """Return the sum of each column that is added up; None if there is none, or if rows are left out."""
        summed = [column.key for column in self.columns if column.is_summed]
        if not summed or self.left_out or self.is_empty:
            return None
        return {key: sum(_number(row[key]) for row in self.rows) for key in summed}

    def compared_to(self, earlier: "ReportResult | None") -> Self:
        """Return this result with the totals of an earlier one as those before, by their labels."""
        if earlier is None:
            return self
        known = {total.label: total.value for total in earlier.totals}
        totals = [replace(total, before=known.get(total.label)) for total in self.totals]
        return replace(self, totals=totals, compared_with="last time")

    def digest(self) -> str:
        """Return a digest of what the report says, for "only when it changed".

        The period and what the totals were before are left out: they change by themselves.
        """
        said = self.to_json()
        content = {name: said[name] for name in ("name", "rows", "left_out")}
        content["totals"] = [[total.label, total.value] for total in self.totals]
        plain = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON takes it; `from_json` gives the same result back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=dict))
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        chart = stored["chart"]
        return cls(
            **{
                **stored,
                "columns": [ReportColumn(**column) for column in stored["columns"]],
                "totals": [Total(**total) for total in stored["totals"]],
                "chart": chart
                and Chart(
                    chart["title"],
                    chart["labels"],
                    [(label, values) for label, values in chart["series"]],
                ),
            }
        )


def _number(value: Value) -> int | float:
    return value if isinstance(value, int | float) else 0
