"""Writes an export: CSV by COPY, XLSX from a server-side cursor, in constant memory.

The file can be imported again and then changes nothing: choices are written by their value,
relations by external ID or slug, and each record with its version, by which a later import detects
changes.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from psycopg.sql import SQL
from xlsxwriter import Workbook

from apps.core.cells import defused
from apps.core.errors import DomainError
from apps.core.job_attempts import attempt
from apps.core.jobs import ClaimLostError
from apps.core.workbooks import written_workbook
from apps.transfers import registry
from apps.transfers.declarations import FieldKind
from apps.transfers.engine.export.copy_blocks import copied_blocks
from apps.transfers.engine.export.query import Exported
from apps.transfers.engine.runs.events import export_disclosed
from apps.transfers.engine.runs.permissions import check_may_act_for, check_may_export
from apps.transfers.engine.sql import text_of
from apps.transfers.mails import export_mail_queue
from apps.transfers.models import ExportRun
from apps.transfers.models.uploads import private_storage

logger = logging.getLogger(__name__)
State = ExportRun.State
KEPT_FOR = timedelta(days=7)
_SHEET_ROWS = 1_048_575
_CELL = 32_767
_FETCH = 200


def advance(export_run_id: int) -> ExportRun | None:
    """Claim the export and write its file; None if there is nothing to do."""
    run = ExportRun.claim(export_run_id)
    if run is None:
        return None
    attempt(
        run,
        partial(_write, run),
        name=f"Export {run.pk}",
        canceled=partial(_end_canceled, run),
        failed=partial(_end, run, State.FAILED),
    )
    return run


def _end_canceled(run: ExportRun, why: str) -> None:
    if why:
        run.refresh_from_db()
    if run.state in ExportRun.WORK_STATES:
        _end(run, State.CANCELED, f"{why}: nothing was exported." if why else "")


def _end(run: ExportRun, state: str, error: str = "") -> None:
    try:
        with run.hand_over(cancelable=False, state=state, error=error, ended_at=timezone.now()):
            pass
    except ClaimLostError:
        return


def _write(run: ExportRun) -> None:
    dataset = registry.get(run.dataset)
    check_may_export(run.user, dataset, fresh=True, fields=run.fields)
    check_may_act_for(run.real_user, run.user)
    with run.hold():
        run.state = State.WRITING
        run.save(update_fields=["state"])
    started = time.perf_counter()
    exported = Exported(dataset, run.fields, queryset_of(run))
    path = f"exports/{run.pk}-{run.attempts}.{run.format}"
    target = Path(private_storage().path(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = write_file(exported, target, run.format)
    with run.hand_over(
        state=State.READY,
        path=path,
        rows=rows,
        size=target.stat().st_size,
        ended_at=timezone.now(),
        expires_at=timezone.now() + KEPT_FOR,
        seconds={"write": round(time.perf_counter() - started, 3)},
    ):
        export_disclosed(run)
        if run.user_id:
            export_mail_queue(run)


def queryset_of(run: ExportRun) -> QuerySet:
    """Return the records of a recorded export: those of a list's query, or of a command's filters."""
    if run.query.get("list"):
        # Imported here: it loads the whole admin, which other exports do not need.
        from apps.core.admin.listed import listed_queryset

        found = listed_queryset(run.query["list"], run.query.get("query", ""), run.user)
        keys = run.query.get("keys")
        return found if keys is None else found.filter(pk__in=keys)
    return Exported.filtered(registry.get(run.dataset), run.query.get("filters", {}), run.user)


def write_file(exported: Exported, target: Path, format: str) -> int:
    """Write the export to a file; return the number of rows."""
    try:
        return _write_file(exported, target, format)
    except BaseException:
        # An incomplete file is useless, and nothing would ever delete it.
        target.unlink(missing_ok=True)
        raise


def _write_file(exported: Exported, target: Path, format: str) -> int:
    if format == ExportRun.Format.XLSX:
        return write_xlsx(exported, target)
    rows = 0
    with target.open("wb") as file:
        for block, count in csv_blocks(exported):
            file.write(block)
            rows += count
    return rows


def csv_blocks(exported: Exported) -> Iterator[tuple[bytes, int]]:
    """Yield blocks of CSV with the number of records in each; the first one is the header."""
    yield exported.header().encode(), 0
    statement = SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(exported.sql(defuse=True))
    # Django converts only the errors of `execute`.
    with connection.wrap_database_errors, transaction.atomic(), connection.cursor() as cursor:
        # Use the driver's own cursor: Django's logging cursor (DEBUG) takes no parameters here.
        yield from copied_blocks(cursor.cursor, text_of(statement))


def text_rows(exported: Exported) -> Iterator[list[str]]:
    """Yield the records as text, like the CSV, but without the apostrophe before formulas."""
    with transaction.atomic():
        for record in _fetched(text_of(exported.sql(defuse=False))):
            yield [_text(value) for value in record]


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def write_xlsx(exported: Exported, target: Path) -> int:
    """Write typed cells in constant memory; a full sheet continues on a new one."""
    count = 0
    with (
        written_workbook(str(target), folder=str(target.parent)) as book,
        transaction.atomic(),
    ):
        sheet = _sheet(book, exported, 1)
        kinds = [column.kind for column in exported.columns]
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        line = 0
        for record in _fetched(text_of(exported.sql(defuse=False))):
            if line == _SHEET_ROWS:
                sheet, line = _sheet(book, exported, count // _SHEET_ROWS + 1), 0
            line += 1
            count += 1
            for position, value in enumerate(record):
                if value is None or value == "":
                    continue
                kind = kinds[position]
                if kind is FieldKind.DATE:
                    sheet.write_datetime(line, position, value, date)
                elif kind in (FieldKind.INTEGER, FieldKind.DECIMAL):
                    sheet.write_number(line, position, value)
                elif kind is FieldKind.BOOLEAN:
                    sheet.write_boolean(line, position, value)
                else:
                    text = defused(str(value))
                    if len(text) > _CELL:
                        raise DomainError(
                            f"A {exported.columns[position].label.lower()} has {len(text):,} characters, "
                            f"and a cell of a workbook holds {_CELL:,}. Export as CSV."
                        )
                    sheet.write_string(line, position, text)
    return count


def _sheet(book: Workbook, exported: Exported, number: int) -> Any:
    name = str(exported.dataset.label())[:25]
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(exported.columns) - 1, 22)
    sheet.write_row(0, 0, exported.labels(), book.add_format({"bold": True}))
    return sheet


def _fetched(statement: str) -> Iterator[tuple[Any, ...]]:
    """Yield records through a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(_FETCH):
            yield from rows
