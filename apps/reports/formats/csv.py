"""CSV, as spreadsheets read it: UTF-8 with a mark, commas, no formula that runs."""

import csv
import io
from datetime import datetime

from django.utils import timezone

from apps.core.cells import defused
from apps.reports.formats.values import left_out_in_words
from apps.reports.results import ReportColumn, ReportResult, Value


def as_csv(result: ReportResult) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.label for column in result.columns])
    for row in result.rows:
        writer.writerow([defused(_plain(column, row[column.key])) for column in result.columns])
    if result.left_out:
        writer.writerow([left_out_in_words(result)])
    return text.getvalue().encode("utf-8-sig")


def _plain(column: ReportColumn, value: Value) -> Value:
    """Write a moment to the second, in the site's time zone and with its offset."""
    if column.kind != "moment" or not value:
        return value
    moment = datetime.fromisoformat(str(value))
    return timezone.localtime(moment).isoformat(timespec="seconds")
