"""From the plan of a run to import-export's `Result`: totals, rows, diffs, and what was refused."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, overload

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from import_export.resources import Diff
from import_export.results import Result, RowResult

from apps.core.errors import DomainError
from apps.transfers.declarations import VERSION, DatasetResource
from apps.transfers.engine.schema import Tables, exists
from apps.transfers.models import ImportRun
from apps.transfers.resource_options import Options
from apps.transfers.selectors.plans import MAX_PAGE, PlanRow, plan_rows

_TYPES = {
    "create": RowResult.IMPORT_TYPE_NEW,
    "update": RowResult.IMPORT_TYPE_UPDATE,
    "refused": RowResult.IMPORT_TYPE_INVALID,
}
_FAILED_OUTCOMES = ("drifted", "refused")


class Lines:
    """Which row of a dataset begins on which line of its file; a cell may hold several lines."""

    def __init__(self, starts: list[int]) -> None:
        self._starts = starts

    def row_number(self, line: int) -> int:
        """Return the number of the row, the first one being 1, as import-export counts them."""
        return bisect_right(self._starts, line)


class PlannedDiff(Diff):
    """import-export's diff of values that the plan holds as text."""

    def __init__(self, before: list[str], after: list[str], new: bool) -> None:
        self.left, self.right, self.new = before, after, new


class PlannedRows(Sequence[RowResult]):
    """The rows of a run, read from its plan while they are iterated, so that a million need no memory."""

    def __init__(self, resource: DatasetResource, run: ImportRun, options: Options) -> None:
        self._resource, self._run, self._options = resource, run, options
        self._headers = diff_headers(resource)

    def __len__(self) -> int:
        return self._run.rows

    def __iter__(self) -> Iterator[RowResult]:
        after: int | None = 0
        if not exists(Tables(self._run.pk).plan):
            raise DomainError(f"The rows of import run {self._run.pk} are no longer stored.")
        while after is not None:
            page = plan_rows(self._run, after=after, limit=MAX_PAGE)
            instances = self._instances(page.rows)
            for row in page.rows:
                yield self._row_result(row, instances.get(row.record))
            after = page.next_after

    @overload
    def __getitem__(self, index: int) -> RowResult: ...
    @overload
    def __getitem__(self, index: slice) -> list[RowResult]: ...
    def __getitem__(self, index: int | slice) -> RowResult | list[RowResult]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = index + len(self) if index < 0 else index
        for row in islice(self, position, position + 1) if position >= 0 else ():
            return row
        raise IndexError(index)

    def _instances(self, rows: list[PlanRow]) -> dict[str, Any]:
        meta = self._resource._meta
        if not (self._options.retain_instance_in_row_result or meta.store_instance):
            return {}
        keys = [row.record for row in rows if row.record]
        found = self._resource.model()._default_manager.in_bulk(keys)
        return {str(key): instance for key, instance in found.items()}

    def _row_result(self, row: PlanRow, instance: Model | None) -> RowResult:
        result = RowResult()
        result.import_type = import_type(row)
        result.instance = instance
        result.object_repr = row.key
        if row.record:
            result.object_id = self._resource.model()._meta.pk.to_python(row.record)
        if self._resource._meta.store_row_values:
            result.row_values = dict(row.values)
        if result.import_type == RowResult.IMPORT_TYPE_INVALID:
            result.validation_error = validation_error(row)
        elif not self._resource._meta.skip_diff:
            result.diff = self._diff(row)
        return result

    def _diff(self, row: PlanRow) -> list[str]:
        after = {name: value or "" for name, value in row.values.items()}
        before = after | {name: value or "" for name, (value, _) in row.changes.items()}
        after |= {name: value or "" for name, (_, value) in row.changes.items()}
        html: list[str] = PlannedDiff(
            [before.get(name, "") for name in self._headers],
            [after.get(name, "") for name in self._headers],
            row.verdict == "create",
        ).as_html()
        return html


def diff_headers(resource: DatasetResource) -> list[str]:
    return [name for name in resource.columns() if name != VERSION]


def import_type(row: PlanRow) -> str:
    """Return import-export's name for the outcome of a row."""
    if row.outcome in _FAILED_OUTCOMES:
        return str(RowResult.IMPORT_TYPE_INVALID)
    return str(_TYPES.get(row.verdict, RowResult.IMPORT_TYPE_SKIP))


def validation_error(row: PlanRow) -> ValidationError:
    """Return a row's problems by column, as a form would show them."""
    messages: dict[str, list[str]] = {}
    for problem in row.problems:
        messages.setdefault(problem["column"] or NON_FIELD_ERRORS, []).append(problem["message"])
    if not messages:
        messages[NON_FIELD_ERRORS] = ["The record has changed since the rows were checked."]
    return ValidationError(messages)


def result_of(
    resource: DatasetResource,
    run: ImportRun | None,
    dataset: tablib.Dataset,
    lines: Lines,
    options: Options,
) -> Result:
    """Return the result of a run that was planned, applied, or stopped by its refused rows.

    `result.run` is the run, whose page shows the same rows; None for a dataset without rows.
    """
    result = Result()
    result.run = run
    result.diff_headers = diff_headers(resource)
    result.total_rows = len(dataset)
    if options.collect_failed_rows:
        result.add_dataset_headers(dataset.headers)
    if run is None:
        return result
    result.rows = PlannedRows(resource, run, options)
    result.totals.update(_totals(run))
    for row in _refused(run):
        number = lines.row_number(row.number)
        error = validation_error(row)
        result.append_invalid_row(number, row.values, error)
        if options.collect_failed_rows:
            raw = dict(zip(dataset.headers, dataset[number - 1], strict=True))
            result.append_failed_row(raw, error)
    return result


def _totals(run: ImportRun) -> dict[str, int]:
    counts, results = run.counts, run.results
    is_applied = run.state in ImportRun.APPLIED_STATES
    created, updated = (
        (results.get("created", 0), results.get("updated", 0))
        if is_applied
        else (counts.get("create", 0), counts.get("update", 0))
    )
    return {
        RowResult.IMPORT_TYPE_NEW: created,
        RowResult.IMPORT_TYPE_UPDATE: updated,
        RowResult.IMPORT_TYPE_SKIP: sum(
            counts.get(verdict, 0) for verdict in ("unchanged", "duplicate", "skipped")
        ),
        RowResult.IMPORT_TYPE_INVALID: counts.get("refused", 0)
        + results.get("refused", 0)
        + results.get("drifted", 0),
    }


def _refused(run: ImportRun) -> list[PlanRow]:
    """Return the rows that were refused by the plan, or while it was applied, in their order."""
    found = _all(run, verdict="refused") if run.counts.get("refused") else []
    for outcome in _FAILED_OUTCOMES:
        if run.results.get(outcome):
            found += _all(run, outcome=outcome)
    return sorted(found, key=lambda row: row.number)


def _all(run: ImportRun, **which: Any) -> list[PlanRow]:
    rows: list[PlanRow] = []
    after: int | None = 0
    while after is not None:
        page = plan_rows(run, after=after, limit=MAX_PAGE, **which)
        rows += page.rows
        after = page.next_after
    return rows
