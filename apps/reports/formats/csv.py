"""CSV, as spreadsheets read it: UTF-8 with a mark, commas, no formula that runs."""

import csv
import io

from apps.core.cells import defused
from apps.reports.formats.values import left_out_in_words
from apps.reports.results import ReportResult


def as_csv(result: ReportResult) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.label for column in result.columns])
    for row in result.rows:
        writer.writerow([defused(row[column.key]) for column in result.columns])
    if result.left_out:
        writer.writerow([left_out_in_words(result)])
    return text.getvalue().encode("utf-8-sig")
