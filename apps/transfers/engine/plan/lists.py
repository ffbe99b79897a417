"""The indexed lists of a plan: each filter of its pages has an index with just those rows, in
order.

A page is then a range of one index, or of a few that are merged. It costs the same at any position,
however many rows the plan has and however rare the shown ones are. Every list is indexed by row
number, and for the search also by each searched text.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.core.personal import conceals
from apps.transfers import registry
from apps.transfers.engine.schema import PlanRow, Table, Tables, exists
from apps.transfers.engine.sql import TRUE, comma, execute, rows
from apps.transfers.models import ImportRun
from apps.transfers.personal import personal_columns

# The values of `verdict` (planned) and of `outcome` (result).
VERDICTS = ("create", "update", "unchanged", "refused", "duplicate", "skipped")
OUTCOMES = ("applied", "drifted", "refused", "undone", "kept", "erased", "")
# Only the first 200 characters are searched; longer texts would not fit an index.
LONGEST_TEXT = 200


@dataclass(frozen=True)
class PlanList:
    """Rows that match `where`, ordered by `key` and then by the searched text or number."""

    name: str
    where: Composable
    key: tuple[str, ...] = ()


# All rows by number: the primary key.
EVERYTHING = PlanList("all", TRUE)
# Why a row is not applied: one cause per row.
BY_CAUSE = PlanList("cause", SQL("cause <> '' AND verdict <> 'update'"), ("verdict", "cause"))
# Rows with another outcome than planned: few, or none yet.
BY_OUTCOME = PlanList("outcome", SQL("outcome <> ''"), ("verdict", "outcome"))


def by_verdict(verdict: str) -> PlanList:
    return PlanList(verdict, SQL("verdict = {} AND outcome = ''").format(Literal(verdict)))


def changes_sql(column: str) -> Composable:
    """SQL condition: the row changes this column. An update's cause lists everything that it changes."""
    return SQL("{} = ANY (string_to_array(cause, ','))").format(Literal(column))


def by_change(column: str) -> PlanList:
    name = f"change_{column.replace(':', '_')}"
    return PlanList(
        name, SQL("verdict = 'update' AND outcome = '' AND {}").format(changes_sql(column))
    )


def changed_columns(run: ImportRun) -> list[str]:
    return [cause for verdict, cause, _ in run.causes if verdict == "update"]


def text_sql(column: str) -> Composable:
    """SQL of the searched text: the cell, or the file's own word if that is not the value."""
    message = SQL("jsonb_path_query_first(problems, {}) #>> '{{}}'").format(
        Literal(f'$[*] ? (@.column == "{column}").value')
    )
    return SQL('(lower(left(COALESCE({}, {}), {})) COLLATE "C")').format(
        PlanRow("").cell(column), message, Literal(LONGEST_TEXT)
    )


def index_by_number(plan: Table, verdicts: Iterable[str], changes: Iterable[str]) -> None:
    """Index a new plan for its pages, by its `verdicts` and the columns that its updates change."""
    _index(plan, _lists(verdicts, changes), SQL("number"), "")


def index_for_search(run: ImportRun, columns: list[str]) -> None:
    """Index a plan's searched texts, unless that is done.

    It is done after planning if a person will look at the plan; what a command has applied is
    rarely searched, and is indexed when it is.
    """
    plan = Tables(run.pk).plan
    if exists(Table(_name(plan, BY_OUTCOME, columns[-1]))):
        return
    with transaction.atomic():
        # A second process waits here, and then finds it done.
        rows(SQL("SELECT pg_advisory_xact_lock(hashtext({}))").format(Literal(plan.name)))
        lists = list(
            _lists((verdict for verdict, n in run.counts.items() if n), changed_columns(run))
        )
        for column in columns:
            _index(plan, lists, SQL("{}, number").format(text_sql(column)), column)
        execute(SQL("SET LOCAL default_statistics_target = 10"))
        execute(SQL("ANALYZE {}").format(plan))


def _lists(verdicts: Iterable[str], changes: Iterable[str]) -> Iterable[PlanList]:
    has_causes = False
    for verdict in verdicts:
        has_causes = has_causes or verdict in ("refused", "duplicate", "skipped")
        yield by_verdict(verdict)
    if has_causes:
        yield BY_CAUSE
    yield from (by_change(column) for column in changes)
    # Created last: if it exists, all of them do.
    yield BY_OUTCOME


def _index(plan: Table, lists: Iterable[PlanList], by: Composable, suffix: str) -> None:
    for each in lists:
        execute(
            SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({}) WHERE {}").format(
                Identifier(_name(plan, each, suffix)),
                plan,
                comma([*map(Identifier, each.key), by]),
                each.where,
            )
        )


def _name(plan: Table, each: PlanList, suffix: str) -> str:
    """Return an index's name, which PostgreSQL would cut at 63 characters."""
    name = f"{plan.name}_{each.name}_{suffix}".rstrip("_")
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:8]}"


def given_columns(run: ImportRun) -> list[str]:
    """Return the dataset columns that the run's plan holds, in the dataset's order."""
    taken = {name for name in run.matching.get("columns", {}).values() if name}
    return [name for name in registry.get(run.dataset).columns() if name in taken]


def search_columns(run: ImportRun) -> list[str]:
    """Return the columns that a search looks at: those that identify a record."""
    dataset = registry.get(run.dataset)
    part_fields = [
        part.fields[name] for part in dataset.parts() for key in part.keys for name in key
    ]
    given = given_columns(run)
    if conceals():
        # What a reader may not see cannot be searched either.
        personal = personal_columns(dataset)
        given = [name for name in given if name not in personal]
    return [name for name in given if name in part_fields][:3] or given[:1]
