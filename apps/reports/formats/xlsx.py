"""XLSX with typed cells: a number is a number, a day a day, and a text is never a formula."""

import io
from datetime import date
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from apps.core.cells import defused
from apps.core.workbooks import written_workbook
from apps.reports.formats.values import left_out_in_words, typed
from apps.reports.results import ReportResult

_FORMATS = {
    "number": "#,##0",
    "difference": "+#,##0;-#,##0;0",
    "percent": '0.0" %"',
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_WIDTHS = {
    "number": 14,
    "difference": 14,
    "quantity": 14,
    "percent": 10,
    "date": 12,
    "moment": 18,
    "yes_no": 10,
}


def as_xlsx(result: ReportResult) -> bytes:
    target = io.BytesIO()
    with written_workbook(target) as book:
        _report_sheet(book, result)
        _about_sheet(book, result)
    return target.getvalue()


def _report_sheet(book: Workbook, result: ReportResult) -> None:
    formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Report")
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for number, column in enumerate(result.columns):
        sheet.write_string(0, number, column.label, heading)
        sheet.set_column(number, number, _WIDTHS.get(column.kind, 30))
    for line, row in enumerate(result.rows, start=1):
        for number, column in enumerate(result.columns):
            _write(sheet, line, number, typed(column, row[column.key]), formats.get(column.kind))
    if result.rows:
        sheet.autofilter(0, 0, len(result.rows), len(result.columns) - 1)
    _sums(book, sheet, result)


def _sums(book: Workbook, sheet: Worksheet, result: ReportResult) -> None:
    """Write the last row: the sums, or how many rows are missing."""
    last = len(result.rows) + 1
    if missing := left_out_in_words(result):
        sheet.write_string(last, 0, missing)
    if (sums := result.sums()) is None:
        return
    for number, column in enumerate(result.columns):
        code = _FORMATS.get(column.kind, _FORMATS["number"])
        bold = book.add_format({"bold": True, "top": 1, "num_format": code})
        if column.key in sums:
            sheet.write_number(last, number, sums[column.key], bold)
        else:
            sheet.write_string(last, number, "" if number else "Total", bold)


def _about_sheet(book: Workbook, result: ReportResult) -> None:
    """Write what the report is: its sentence, its totals, its parameters."""
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 30)
    lines: list[tuple[str, Any]] = [
        ("Report", result.title),
        ("Period", result.period),
        ("Summary", result.summary),
        *((name.capitalize(), value) for name, value in result.params.items()),
        *[(total.label, total.value) for total in result.totals],
    ]
    whole = book.add_format({"num_format": _FORMATS["number"], "align": "left"})
    for line, (label, value) in enumerate(lines):
        _write(sheet, line, 0, label, None)
        _write(sheet, line, 1, value, whole if isinstance(value, int) else None)


def _write(
    sheet: Worksheet, line: int, number: int, value: object, cell_format: Format | None
) -> None:
    if value is None or value == "":
        sheet.write_blank(line, number, None)
    elif isinstance(value, bool):
        sheet.write_boolean(line, number, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, number, value, cell_format)
    elif isinstance(value, int | float):
        sheet.write_number(line, number, value, cell_format)
    else:
        _write_text(sheet, line, number, value)


def _write_text(sheet: Worksheet, line: int, number: int, value: object) -> None:
    # A cell of a workbook holds no more; the writer would leave the cell out without a word.
    text = defused(str(value))
    if len(text) > 32_767:
        text = f"{text[:32_700]}… (cut: {len(text):,} characters)"
    sheet.write_string(line, number, text)
