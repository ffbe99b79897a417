"""The values of a result's cells, typed and as people read them."""

from datetime import date, datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import date as format_date
from django.utils import timezone

from apps.reports.results import ReportColumn, ReportResult, Value

EMPTY = ""


def typed(column: ReportColumn, value: Value) -> object:
    """Return a date or a moment of the site's time zone as such; other values are what they are."""
    if not isinstance(value, str) or not value:
        return value
    if column.kind == "date":
        return date.fromisoformat(value)
    if column.kind == "moment":
        return timezone.localtime(datetime.fromisoformat(value)).replace(tzinfo=None)
    return value


def in_words(column: ReportColumn, value: Value) -> str:
    """Return a value as a page, a mail, or a PDF shows it."""
    if value is None or value == "":
        return EMPTY
    if column.kind == "yes_no":
        return "Yes" if value else "No"
    if column.kind == "percent":
        return f"{value} %"
    if column.kind == "difference" and isinstance(value, int):
        return f"{value:+,}" if value else "0"
    found = typed(column, value)
    if isinstance(found, datetime):
        return format_date(found, "M j, Y, H:i")
    if isinstance(found, date):
        return format_date(found, "M j, Y")
    return intcomma(found) if isinstance(found, int | float) else str(found)


def rows_in_words(result: ReportResult, most: int | None = None) -> list[list[str]]:
    """Return the rows as texts, at most `most` of them."""
    return [
        [in_words(column, row[column.key]) for column in result.columns]
        for row in result.rows[:most]
    ]


def sums_in_words(result: ReportResult) -> list[str] | None:
    """Return the last row, which adds the others up; None where there is nothing to add."""
    sums = result.sums()
    if sums is None:
        return None
    texts = [
        in_words(column, sums[column.key]) if column.key in sums else ""
        for column in result.columns
    ]
    return texts if texts[0] else ["Total", *texts[1:]]


def totals_in_words(result: ReportResult) -> list[tuple[str, str, str]]:
    """Return the label of each total, its number, and its change."""
    return [
        (total.label, intcomma(total.value), _change(total.change, result.compared_with))
        for total in result.totals
    ]


def _change(change: int | None, compared_with: str) -> str:
    if change is None:
        return ""
    return f"{change:+,} vs. {compared_with}" if change else f"Same as {compared_with}"


def left_out_in_words(result: ReportResult, shown: int | None = None) -> str:
    """Say how many rows are shown of how many; nothing where all are."""
    shown = len(result.rows) if shown is None else min(shown, len(result.rows))
    if shown == result.row_count:
        return ""
    sentence = f"This shows {shown:,} of {result.row_count:,} rows."
    if shown < len(result.rows):
        return f"{sentence} The CSV and XLSX files have more of them."
    return f"{sentence} Narrow the report down to see the others."
