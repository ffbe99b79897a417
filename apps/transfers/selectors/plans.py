"""The plan of a run: every row, filtered, searched and paged by key."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg.sql import SQL

from apps.core.personal import conceals, disclose
from apps.core.personal_patterns import masked_in
from apps.transfers import registry
from apps.transfers.engine.plan.lists import given_columns, search_columns
from apps.transfers.engine.ranges import order_of
from apps.transfers.engine.schema import PlanRow as PlanColumns
from apps.transfers.engine.schema import Table, Tables, exists
from apps.transfers.engine.sql import one_of, text_of
from apps.transfers.models import ImportRun
from apps.transfers.personal import personal_columns
from apps.transfers.selectors.plan_pages import page_numbers

MAX_PAGE = 500
HIDDEN = "•••"
_ROW = PlanColumns("")


@dataclass
class PlanRow:
    """One row of the file. `number` is the sheet's own.

    `values` are the cleaned values by dataset column, `words` what the file itself says where that is
    not the value ("vice chair"), `changes` for updates and creations
    {column: (before, after)}, `problems` [{"column", "value", "code", "message", "suggestion"}].
    `outcome` is "applied", "drifted", "refused", "undone", "kept", or "" where nothing was (yet) done.
    `key` says which record is meant, by the names of its `key_columns`; `record` is the key of the
    dataset's own record where it is there, else "".
    """

    number: int
    key: str
    verdict: str
    outcome: str
    values: dict[str, str | None]
    changes: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    key_columns: tuple[str, ...] = ()
    record: str = ""
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class PlanPage:
    """`next_after` is the `after` of the next page, `previous_before` the `before` of the one before
    it; None where there is none."""

    rows: list[PlanRow]
    next_after: int | None
    previous_before: int | None = None


def file_headers(run: ImportRun) -> dict[str, str]:
    """Return dataset column → header of the file, or "column 3" where none stands above it."""
    headers = run.findings.get("headers", [])
    return {
        name: (headers[int(position)] if int(position) < len(headers) else "")
        or f"column {int(position) + 1}"
        for position, name in run.matching.get("columns", {}).items()
        if name
    }


def plan_rows(
    run: ImportRun,
    *,
    verdict: str = "",
    cause: str = "",
    outcome: str = "",
    search: str = "",
    after: int = 0,
    before: int = 0,
    limit: int = 50,
) -> PlanPage:
    """Return the first rows after the row `after`, or the last ones before the row `before`.

    `search` is a row's number, or the beginning of a text that tells which record is meant; what it finds
    comes in the order of these texts, all else by number.
    """
    plan = Tables(run.pk).plan
    if not exists(plan):
        return PlanPage([], None)
    limit = max(1, min(limit, MAX_PAGE))
    numbers = page_numbers(
        run,
        plan,
        verdict=verdict,
        cause=cause,
        outcome=outcome,
        search=search,
        columns=search_columns(run),
        after=after,
        before=before,
        limit=limit + 1,
    )
    more = len(numbers) > limit
    numbers = numbers[:limit]
    rows = _rows(run, _records(plan, numbers[::-1] if before else numbers))
    if not rows:
        return PlanPage([], None)
    first, last = rows[0].number, rows[-1].number
    # The page we came from is never empty.
    if before:
        return PlanPage(rows, last, first if more else None)
    return PlanPage(rows, last if more else None, first if after else None)


def rows_numbered(run: ImportRun, numbers: list[int]) -> list[PlanRow]:
    """Return these rows of the plan, in the order of their numbers."""
    return _rows(run, _records(Tables(run.pk).plan, sorted(numbers)))


def _records(plan: Table, numbers: list[int]) -> list[dict[str, Any]]:
    """Return rows of the plan in the order of `numbers`."""
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            text_of(SQL("SELECT * FROM {} WHERE number = ANY({})").format(plan, one_of(numbers)))
        )
        names = [column.name for column in cursor.description]
        records = {record[0]: record for record in cursor.fetchall()}
    return [dict(zip(names, records[number], strict=True)) for number in numbers]


def _rows(run: ImportRun, records: list[dict[str, Any]]) -> list[PlanRow]:
    given = given_columns(run)
    keys = search_columns(run)
    personal = [name for name in personal_columns(registry.get(run.dataset)) if name in given]
    names = _related_names(run, records)
    meant = _meant_names(run, records, keys)
    own = _ROW.id(registry.get(run.dataset).parts()[-1].name).name
    order = order_of(run)
    rows = []
    for record in records:
        values = {name: record[_ROW.cell(name).name] for name in given}
        words = {name: word for name in given if (word := record.get(_ROW.word(name).name))}
        changes: dict[str, tuple[str | None, str | None]] = {
            name: (names.get(before, before), values[name] if name in names else after)
            for name, (before, after) in _json(record["changes"], {}).items()
        }
        if record["verdict"] == "create":
            changes |= {n: (None, v) for n, v in values.items() if v and n not in changes}
        outcome = record["outcome"]
        is_done = record["verdict"] in ("create", "update") and record[order] <= run.checkpoint
        if not outcome and is_done and run.confirmed_at is not None:
            outcome = "undone" if run.is_undone else "applied"
        row = PlanRow(
            number=record["number"],
            key=" · ".join(
                meant.get(str(record.get(_ROW.related(name).name)), values[name] or "")
                for name in keys
                if values[name]
            ),
            key_columns=tuple(keys),
            record=_record_of(record, own, outcome),
            verdict=record["verdict"],
            outcome=outcome,
            values=values,
            words=words,
            changes=changes,
            problems=_json(record["problems"], []),
        )
        rows.append(_masked(row, personal) if conceals() else row)
    if personal:
        disclose((run.pk, row.number) for row in rows)
    return rows


def _record_of(record: dict[str, Any], own: str, outcome: str) -> str:
    is_there = record["verdict"] in ("update", "unchanged") or outcome == "applied"
    return str(record.get(own) or "") if is_there else ""


def _masked(row: PlanRow, personal: list[str]) -> PlanRow:
    """Mask what the reader may not see: personal columns, and addresses everywhere."""

    def mask(name: str, value: str | None) -> str | None:
        if not value:
            return value
        message = masked_in(value)
        return HIDDEN if name in personal and message == value else message

    row.key = masked_in(row.key)
    row.values = {name: mask(name, value) for name, value in row.values.items()}
    row.words = {name: mask(name, word) or "" for name, word in row.words.items()}
    row.changes = {
        name: (mask(name, before), mask(name, after))
        for name, (before, after) in row.changes.items()
    }
    row.problems = [
        {
            **problem,
            "value": mask(problem.get("column", ""), problem.get("value", "")) or "",
            "message": masked_in(problem.get("message", "")),
            "suggestion": masked_in(problem.get("suggestion", "")),
        }
        for problem in row.problems
    ]
    return row


def _json(value: object, default: object) -> Any:
    """Django registers no loader for jsonb on plain cursors: it comes as text."""
    if value is None:
        return default
    return json.loads(value) if isinstance(value, str) else value


def _fill_unchanged(run: ImportRun, records: list[dict[str, Any]], name: str) -> None:
    """Look up the relations of unchanged rows in their records."""
    dataset = registry.get(run.dataset)
    own, related = _ROW.id(dataset.parts()[-1].name).name, _ROW.related(name).name
    unchanged = [
        record
        for record in records
        if record["verdict"] == "unchanged" and record.get(own) and not record.get(related)
    ]
    if unchanged:
        field = dataset.columns()[name].attribute.partition("__")[0]
        living = dataset.model()._default_manager.filter(pk__in=[each[own] for each in unchanged])
        meant = dict(living.values_list("pk", field))
        for record in unchanged:
            record[related] = meant.get(record[own])


def _meant_names(run: ImportRun, records: list[dict[str, Any]], keys: list[str]) -> dict[str, str]:
    """Names of the records that the words of relation columns mean, for the rows of one page."""
    columns = registry.get(run.dataset).columns()
    found: dict[str, str] = {}
    for name in keys:
        relation = columns[name].relation
        if relation is None:
            continue
        _fill_unchanged(run, records, name)
        related = _ROW.related(name).name
        ids = {record[related] for record in records if record.get(related)}
        model: Any = apps.get_model(relation.model)
        manager = getattr(model, "all_objects", model._default_manager)
        found |= {str(each.pk): str(each) for each in manager.filter(pk__in=ids)}
    return found


def _related_names(run: ImportRun, records: list[dict[str, Any]]) -> dict[Any, str]:
    """Names of the records that relation columns had before, for the rows of one page."""
    columns = registry.get(run.dataset).columns()
    found: dict[Any, str] = {}
    for name in given_columns(run):
        relation = columns[name].relation
        if relation is None:
            continue
        ids = {
            change[name][0]
            for record in records
            if name in (change := _json(record["changes"], {})) and change[name][0]
        }
        if ids:
            model: Any = apps.get_model(relation.model)
            manager = getattr(model, "all_objects", model._default_manager)
            found |= {str(each.pk): str(each) for each in manager.filter(pk__in=ids)}
    return found
