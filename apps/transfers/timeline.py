"""Tells the audit app the page of an import run, and the file row that a record was written from."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, models
from django.urls import reverse
from psycopg.sql import SQL, Composable, Literal

from apps.audit.timeline.registry import RunRow, Wanted, timeline_runs
from apps.core.actors import PermissionHolder
from apps.transfers import registry
from apps.transfers.change_sources import IMPORT_RUN
from apps.transfers.declarations import Column, FieldKind, Part
from apps.transfers.engine.schema import PlanRow, Table, Tables
from apps.transfers.engine.sql import NULL, comma, rows
from apps.transfers.models import ImportRun
from apps.transfers.selectors.pages import runs_for_reader

_ROW = PlanRow("")


def run_url(run_id: int | str) -> str:
    return reverse("admin:transfers_importrun_change", args=[run_id])


def rows_of(wanted: Wanted, viewer: PermissionHolder) -> dict[tuple[str, str], RunRow]:
    """Return the row of each record, by run and key, in four statements.

    Of several rows that write one record it is the first. What stays of a run's rows when its plan is
    cleaned up is enough for this.
    """
    runs = {
        run.pk: run
        for run in ImportRun.objects.filter(pk__in={int(run) for run, _ in wanted})
        .select_related("upload")
        .only("pk", "dataset", "matching", "findings", "upload__name")
    }
    readable = set(runs_for_reader(viewer).filter(pk__in=list(runs)).values_list("pk", flat=True))
    kept = _kept({t.name for run in runs for t in (Tables(run).plan, Tables(run).rows)})
    selects: list[Composable] = []
    for (run_id, model), keys in wanted.items():
        pk = int(run_id)
        table = next((t for t in (Tables(pk).plan, Tables(pk).rows) if t.name in kept), None)
        if pk not in runs or table is None:
            continue
        selects += [
            _first_rows(runs[pk], part, keys, table, kept[table.name])
            for part in _parts(runs[pk], model)
        ]
    if not selects:
        return {}
    return {
        (str(pk), key): RunRow(
            text=f"row {number:,} of {runs[pk].upload.name}",
            url=_row_url(pk, number, kept) if pk in readable else "",
            words=_words(runs[pk], json.loads(given)),
        )
        for pk, key, number, given in rows(SQL(" UNION ALL ").join(selects))
    }


def _first_rows(
    run: ImportRun, part: Part, keys: Collection[Any], table: Table, columns: Collection[str]
) -> Composable:
    """SQL of the first row that wrote each of these records of a part, with its words."""
    given = comma(
        SQL("{}, {}").format(Literal(name), words) for name, words in _said(run, part, columns)
    )
    return SQL(
        "(SELECT DISTINCT ON ({id}) {run} AS run, {id}::text, number, "
        "jsonb_build_object({said})::text FROM {table} WHERE {writes} "
        "AND {id} = ANY({keys}) ORDER BY {id}, number)"
    ).format(
        id=_ROW.id(part.name),
        run=Literal(run.pk),
        said=given,
        table=table,
        writes=_ROW.writes(part.name),
        keys=Literal(list(keys)),
    )


def _row_url(pk: int, number: int, kept: Collection[str]) -> str:
    """Return the URL of the row; once the rows are deleted, the page with the file's words."""
    query = f"tab=rows&q={number}" if Tables(pk).plan.name in kept else "tab=mapping"
    return f"{run_url(pk)}?{query}"


def _said(run: ImportRun, part: Part, columns: Collection[str]) -> Iterator[tuple[str, Composable]]:
    """SQL of word and value of the choice columns that a part is written from, by the model's field."""
    known = registry.get(run.dataset).columns()
    for attname, source in part.fields.items():
        column = known.get(source)
        cell, word = _ROW.cell(source), _ROW.word(source)
        if column is None or column.kind is not FieldKind.CHOICE or cell.name not in columns:
            continue
        yield (
            attname,
            SQL("jsonb_build_array({}, {}, {})").format(
                Literal(source), word if word.name in columns else NULL, cell
            ),
        )


def _words(run: ImportRun, given: dict[str, list[str | None]]) -> dict[str, str]:
    """Return "Position “vice chair” → admin" by the model's field."""
    known = registry.get(run.dataset).columns() if given else {}
    found = {}
    for attname, (source, word, value) in given.items():
        column = known[str(source)]
        if value:
            found[attname] = f"{_header(run, column)} “{word or value}” → {_label(column, value)}"
    return found


def _header(run: ImportRun, column: Column) -> str:
    """Return the file's header of a column."""
    headers = run.findings.get("headers", [])
    for position, name in run.matching.get("columns", {}).items():
        if name == column.name and int(position) < len(headers) and headers[int(position)]:
            return str(headers[int(position)])
    return column.label


def _label(column: Column, value: str) -> str:
    return str(dict(column.choices).get(value, value)).lower()


def _kept(tables: Collection[str]) -> dict[str, set[str]]:
    """Return those of the tables that exist, with their columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, attname FROM unnest(%s::text[]) AS name "
            "JOIN pg_attribute ON attrelid = to_regclass(name) AND attnum > 0 AND NOT attisdropped",
            [list(tables)],
        )
        found: dict[str, set[str]] = {}
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
        return found


def _parts(run: ImportRun, model: type[models.Model]) -> list[Part]:
    """Return the parts of a dataset that write records of this model."""
    found = [known for known in registry.all_datasets() if known.dataset() == run.dataset]
    return [
        part
        for resource in found
        for part in resource.parts()
        if part.model.lower() == model._meta.label_lower
    ]


timeline_runs(IMPORT_RUN, url=run_url, rows=rows_of)
