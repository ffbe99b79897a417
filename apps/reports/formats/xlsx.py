"""XLSX with typed cells: a number is a number, a text is never a formula."""

import io

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from apps.core.cells import defused
from apps.core.workbooks import written_workbook
from apps.reports.registry import ReportDefinition, Result


def as_xlsx(definition: ReportDefinition, result: Result) -> bytes:
    target = io.BytesIO()
    with written_workbook(target) as book:
        bold = book.add_format({"bold": True})
        whole = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("Report")
        sheet.freeze_panes(1, 1)
        for number, column in enumerate(result.columns):
            sheet.write_string(0, number, column.label, bold)
            sheet.set_column(number, number, 14 if column.numeric else 36)
        for line, row in enumerate(result.rows, start=1):
            for number, column in enumerate(result.columns):
                _write(sheet, line, number, row[column.key], whole)
        if result.rows:
            sheet.autofilter(0, 0, len(result.rows), len(result.columns) - 1)
    return target.getvalue()


def _write(sheet: Worksheet, line: int, number: int, value: object, whole: Format) -> None:
    if value is None:
        sheet.write_blank(line, number, None)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(line, number, value, whole)
    else:
        sheet.write_string(line, number, defused(str(value)))
