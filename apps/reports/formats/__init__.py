"""A report's result as a file."""

from collections.abc import Callable

from apps.reports.formats.csv import as_csv
from apps.reports.formats.html import as_html
from apps.reports.formats.xlsx import as_xlsx
from apps.reports.registry import ReportDefinition, Result

FORMATS: dict[str, tuple[str, Callable[[ReportDefinition, Result], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "html": ("text/html; charset=utf-8", as_html),
}

__all__ = ["FORMATS", "as_csv", "as_html", "as_xlsx"]
