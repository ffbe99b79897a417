"""CSV, as spreadsheets read it: UTF-8 with a mark, commas, no formula that runs."""

import csv
import io

from apps.core.cells import defused
from apps.reports.registry import ReportDefinition, Result


def as_csv(definition: ReportDefinition, result: Result) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.label for column in result.columns])
    for row in result.rows:
        writer.writerow([defused(row[column.key]) for column in result.columns])
    return text.getvalue().encode("utf-8-sig")
