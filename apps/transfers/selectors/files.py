"""Generated files: the empty template of a dataset, and the refused rows of a run."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from tempfile import gettempdir
from typing import Any

from psycopg.sql import SQL, Literal

from apps.core.cells import defused
from apps.core.errors import DomainError
from apps.core.workbooks import written_workbook
from apps.transfers import registry
from apps.transfers.declarations import VERSION
from apps.transfers.engine.match.source import source_of
from apps.transfers.engine.schema import Tables, exists
from apps.transfers.engine.sql import rows
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Reading
from apps.transfers.selectors.plans import _json, file_headers

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REASON = "Why it was refused"
_TEXTS = (".csv", ".tsv", ".tab", ".txt")


def dataset_template(dataset: str, format: str = "csv") -> tuple[str, bytes]:
    """Return file name and content: the labels as header, one row of examples."""
    columns = [c for n, c in registry.get(dataset).columns().items() if n != VERSION]
    rows = [[column.label for column in columns], [column.example for column in columns]]
    if format == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return f"{dataset}-template.csv", b"\xef\xbb\xbf" + text.getvalue().encode()
    buffer = io.BytesIO()
    with written_workbook(buffer) as book:
        sheet = book.add_worksheet(dataset)
        bold = book.add_format({"bold": True})
        as_text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(rows[0]) - 1, 22, as_text)
        sheet.write_row(0, 0, rows[0], bold)
        sheet.write_row(1, 0, rows[1], as_text)
    return f"{dataset}-template.xlsx", buffer.getvalue()


def refused_rows_file(run: ImportRun) -> tuple[str, str, Iterator[bytes]]:
    """Return file name, content type and content of the refused rows: the file's own format and
    columns, bad cells marked, and a column with the reason. Uploading it is attempt 2.

    A cell to correct is colored in a workbook, and named in the reason in a CSV.
    """
    if not exists(Tables(run.pk).plan):
        raise DomainError("The rows of this import are no longer stored.")
    stem = run.upload.name.rsplit(".", 1)[0]
    findings = Findings.from_json(run.findings)
    if findings.format == "xlsx":
        return f"{stem}-refused.xlsx", XLSX, iter([_workbook(run, findings)])
    ending = run.upload.name.lower().removeprefix(stem.lower())
    return (
        f"{stem}-refused{ending if ending in _TEXTS else '.csv'}",
        "text/csv",
        _text(run, findings),
    )


def _refused(run: ImportRun) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """Yield (row number, problems) of refused and drifted rows, in the file's order."""
    plan, after = Tables(run.pk).plan, 0
    while True:
        found = rows(
            SQL(
                "SELECT number, problems FROM {} WHERE number > {} AND "
                "(verdict = 'refused' OR outcome IN ('refused', 'drifted')) "
                "ORDER BY number LIMIT 5000"
            ).format(plan, Literal(after))
        )
        if not found:
            return
        for number, problems in found:
            yield number, _json(problems, [])
        after = found[-1][0]


def _with_cells(
    run: ImportRun, findings: Findings
) -> Iterator[tuple[list[str], list[dict[str, str]]]]:
    """Iterate over the file and the refused rows side by side, in constant memory."""
    source = source_of(
        run,
        Reading(findings.encoding, findings.delimiter, findings.sheet, findings.header_row),
    )
    refused = _refused(run)
    wanted = next(refused, None)
    for number, cells in source.rows():
        if wanted is None:
            return
        if number == wanted[0]:
            yield cells, wanted[1]
            wanted = next(refused, None)


def _reason(problems: list[dict[str, str]], headers: dict[str, str]) -> str:
    """Return why a row is refused, with the headers of this file."""
    message = []
    for problem in problems:
        header = headers.get(problem["column"], "")
        # "E-mail is missing." needs no "E-mail:" in front.
        if header and not problem["message"].startswith(header):
            message.append(f"{header}:")
        message.append(problem["message"])
        if problem["suggestion"]:
            message.append(f"Perhaps: {problem['suggestion']}.")
    return str(defused(" ".join(message)))


# "+49 30 1234" and "-7.5" stay as they are: no spreadsheet runs them.
_NUMBER = re.compile(r"[+-][\d\s().,/-]*")


def _harmless(cell: str) -> str:
    """Return a customer's cell that no spreadsheet runs; the next attempt removes the apostrophe."""
    return cell if _NUMBER.fullmatch(cell) else str(defused(cell))


def _text(run: ImportRun, findings: Findings) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=findings.delimiter)
    # Write the byte-order mark once, if the file had one.
    encoder = codecs.getincrementalencoder(findings.encoding)("replace")

    def flush() -> bytes:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return encoder.encode(text)

    writer.writerow([*map(_harmless, findings.headers), REASON])
    yield flush()
    width, named = len(findings.headers), file_headers(run)
    for cells, problems in _with_cells(run, findings):
        safe = [_harmless(cell) for cell in cells]
        writer.writerow([*(safe + [""] * (width - len(safe))), _reason(problems, named)])
        if buffer.tell() > 64 * 1024:
            yield flush()
    yield flush()


def _workbook(run: ImportRun, findings: Findings) -> bytes:
    buffer = io.BytesIO()
    positions: dict[str, int] = {
        name: int(position) for position, name in run.matching["columns"].items() if name
    }
    with written_workbook(buffer, folder=gettempdir()) as book:
        sheet: Any = book.add_worksheet((findings.sheet or "Refused")[:31])
        bold = book.add_format({"bold": True})
        bad = book.add_format({"bg_color": "#FECACA", "num_format": "@"})
        plain = book.add_format({"num_format": "@"})
        sheet.write_row(0, 0, [*findings.headers, REASON], bold)
        width, named = len(findings.headers), file_headers(run)
        for line, (cells, problems) in enumerate(_with_cells(run, findings), start=1):
            marked = {positions.get(problem["column"], -1) for problem in problems}
            for column in range(width):
                cell = cells[column] if column < len(cells) else ""
                if cell or column in marked:
                    sheet.write_string(
                        line, column, _harmless(cell), bad if column in marked else plain
                    )
            sheet.write_string(line, width, _reason(problems, named))
    return buffer.getvalue()
