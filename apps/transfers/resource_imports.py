"""`DatasetResource.import_data()`: a `tablib.Dataset` through the engine, in this process."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

import tablib
from django.core.files.base import File
from import_export.exceptions import ImportError as RowImportError
from import_export.results import Error as RowError
from import_export.results import Result

from apps.core.errors import DomainError
from apps.transfers.command_line.job_runner import run_to_end
from apps.transfers.declarations import DatasetResource
from apps.transfers.engine.driver import advance
from apps.transfers.engine.runs.permissions import check_may_import
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching, Reading
from apps.transfers.resource_options import Options
from apps.transfers.resource_results import Lines, result_of
from apps.transfers.services.imports import (
    import_run_cancel,
    import_run_confirm,
    import_run_match,
    import_run_start,
)

State = ImportRun.State


def imported(resource: DatasetResource, dataset: tablib.Dataset, options: Options) -> Result:
    """Plan the rows and, unless it is a dry run or rows are refused that must not be, apply the plan."""
    check_may_import(options.user, type(resource))
    if not dataset.headers:
        return _unusable(DomainError("The dataset has no headers. Set dataset.headers."), options)
    if not len(dataset):
        return result_of(resource, None, dataset, Lines([]), options)
    with TemporaryFile() as file:
        lines = _write(dataset, file)
        try:
            run = _planned(resource, file, options)
        except DomainError as error:
            return _unusable(error, options)
    if run.state != State.PLANNED:
        return _unusable(DomainError(run.error), options, run)
    refused = bool(run.counts.get("refused"))
    if refused and options.all_or_nothing:
        run = _canceled(run, options)
    elif not options.dry_run:
        run = _applied(run, options)
        if run.state not in ImportRun.APPLIED_STATES:
            return _unusable(DomainError(run.error), options, run)
    result = result_of(resource, run, dataset, lines, options)
    if options.raise_errors and result.invalid_rows:
        first = result.invalid_rows[0]
        raise RowImportError(
            first.error, number=first.number, row=_row(dataset, first.number)
        ) from first.error
    return result


def _row(dataset: tablib.Dataset, number: int) -> dict[str, Any]:
    return dict(zip(dataset.headers, dataset[number - 1], strict=True))


def _unusable(error: DomainError, options: Options, run: ImportRun | None = None) -> Result:
    """Return a result with an error of the whole dataset, as import-export has it for a missing column."""
    if options.raise_errors:
        raise RowImportError(error) from error
    result = Result()
    result.run = run
    result.append_base_error(RowError(error))
    return result


def _planned(resource: DatasetResource, file: IO[bytes], options: Options) -> ImportRun:
    run = import_run_start(
        dataset=resource.dataset(),
        file=File(file, name=options.file_name or "dataset.csv"),
        reading=Reading(encoding="utf-8", delimiter=",", header_row=1),
        actor=options.user,
        source="command",
    )
    run = run_to_end(run, advance)
    if run.state != State.READ:
        return run
    try:
        import_run_match(run=run, matching=_matching(run, options), actor=options.user)
    except DomainError as error:
        import_run_cancel(run=run, actor=options.user, reason=error.message)
        raise
    planned: ImportRun = run_to_end(run, advance)
    return planned


def _matching(run: ImportRun, options: Options) -> Matching:
    """Match headers to columns by name, label, and synonym; columns that are only similar are left out."""
    suggested = Matching.from_json(run.matching)
    findings = Findings.from_json(run.findings)
    certain = {
        str(position)
        for position in range(len(findings.headers))
        if suggested.how.get(str(position)) in ("exact", "synonym")
    }
    return Matching(
        columns={
            place: name if place in certain else "" for place, name in suggested.columns.items()
        },
        how={place: how if place in certain else "none" for place, how in suggested.how.items()},
        mode=options.mode,
        on_error="stop" if options.all_or_nothing else "skip",
        create_missing=list(options.create_missing),
    )


def _canceled(run: ImportRun, options: Options) -> ImportRun:
    return import_run_cancel(
        run=run, actor=options.user, reason="rows are refused, and all or none were to be applied"
    )


def _applied(run: ImportRun, options: Options) -> ImportRun:
    import_run_confirm(
        run=run,
        plan_token=run.plan_token,
        reason=options.reason,
        actor=options.user,
        accept_impacts=True,
        allow_empty=not run.rows_to_do,
    )
    applied: ImportRun = run_to_end(run, advance)
    return applied


def _write(dataset: tablib.Dataset, file: IO[bytes]) -> Lines:
    """Write the dataset as CSV; return the line on which each of its rows begins."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    starts, line = [], 1
    for cells in _rows(dataset):
        starts.append(line)
        writer.writerow(cells)
        line += 1 + sum(cell.count("\n") for cell in cells)
    text.flush()
    text.detach()
    file.seek(0)
    return Lines(starts[1:])


def _rows(dataset: tablib.Dataset) -> Iterator[list[str]]:
    yield [_text(header) for header in dataset.headers]
    for row in dataset:
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).replace("\r\n", "\n").replace("\r", "\n")
