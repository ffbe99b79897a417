"""A report's result as a file. All formats are made from the same result."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.core.errors import DomainError
from apps.reports.formats.csv import as_csv
from apps.reports.formats.html import as_html
from apps.reports.formats.pdf import as_pdf
from apps.reports.formats.xlsx import as_xlsx
from apps.reports.results import ReportResult


@dataclass(frozen=True)
class RenderedFile:
    name: str
    content_type: str
    content: bytes


FORMATS: dict[str, tuple[str, Callable[[ReportResult], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "pdf": ("application/pdf", as_pdf),
    "html": ("text/html; charset=utf-8", as_html),
}


def check_format(format: str) -> None:
    """Raise `DomainError` for a format that there is none of."""
    if format not in FORMATS:
        raise DomainError(f"Unknown format “{format}”. Available: {', '.join(FORMATS)}.")


def render(result: ReportResult, format: str) -> RenderedFile:
    """Return a result as a file. Raises `DomainError` for an unknown format."""
    check_format(format)
    content_type, make = FORMATS[format]
    return RenderedFile(file_name(result, format), content_type, make(result))


def file_name(result: ReportResult, format: str) -> str:
    """Return "weekly-2026-w47.csv": the report and its parameters."""
    words = "-".join([result.name, *result.params.values()]).lower()
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in words)
    return f"{plain[:100]}.{format}"


__all__ = ["FORMATS", "RenderedFile", "check_format", "file_name", "render"]
