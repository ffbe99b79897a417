"""Which rows a page of a plan shows: ranges of its lists' indexes, merged, read forwards or backwards.

Without a search the rows come by number. A search shows first the row with that number, then the rows
that are found by their first text, in its order, then those by the second: only so is a page one range
of an index. A row's number alone gives the position.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.core.errors import DomainError
from apps.transfers.engine.plan import lists as plan_lists
from apps.transfers.engine.plan.lists import BY_CAUSE, BY_OUTCOME, EVERYTHING, VERDICTS, PlanList
from apps.transfers.engine.ranges import order_of
from apps.transfers.engine.schema import Table
from apps.transfers.engine.sql import NOTHING, NULL, and_, comma, execute, rows
from apps.transfers.engine.sql import text as quoted
from apps.transfers.models import ImportRun

# Verdicts of rows that can be applied.
_DONE = ("create", "update")
# Outcomes of rows that were not simply applied.
_OTHERWISE = ("drifted", "refused", "kept", "erased")
_END = 2**31 - 1
# Sorts after every text with this beginning.
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class _Part:
    """The rows of a list whose key is `key`, without those that `also` leaves out."""

    list: PlanList
    key: tuple[str, ...] = ()
    also: Composable = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class _Step:
    """A section of the order: the rows by number, or by one text with the searched beginning."""

    by: Composable | None = None
    low: tuple[Any, ...] = (0,)
    high: tuple[Any, ...] = (_END,)
    also: Composable = field(default_factory=lambda: NOTHING)


def page_numbers(
    run: ImportRun,
    plan: Table,
    *,
    verdict: str,
    cause: str,
    outcome: str,
    search: str,
    columns: list[str],
    after: int,
    before: int,
    limit: int,
) -> list[int]:
    """Return up to `limit` numbers in the order of the page, from the row `after` on, or those that
    come before the row `before`, nearest first. `columns` are what a search looks at."""
    parts = _parts(run, verdict, cause, outcome)
    steps, at = [_Step()], 0
    place: tuple[Any, ...] | None = (before or after,) if before or after else None
    if search := search.strip():
        if not verdict and not outcome:
            # There is no index of all rows by their texts: each verdict has one.
            parts = [each for name in VERDICTS for each in _parts(run, name, "", "")]
        steps, at, place = _search_steps(run, plan, search, columns, before or after)
    steps = steps[at::-1] if before else steps[at:]
    found: list[int] = []
    for number, step in enumerate(steps):
        if place is not None and number == 0:
            step = _Step(step.by, *((step.low, place) if before else (place, step.high)), step.also)
        if len(found) < limit:
            found += _read(plan, parts, step, backwards=bool(before), limit=limit - len(found))
    return found


def _parts(run: ImportRun, verdict: str, cause: str, outcome: str) -> list[_Part]:
    """Return the lists that together have the requested rows, each once."""
    if verdict and verdict not in VERDICTS:
        raise DomainError(f"There is no verdict “{verdict}”.")
    if not verdict and not outcome:
        return [_Part(EVERYTHING)]
    cause = cause if verdict else ""
    if cause and [verdict, cause] not in [known[:2] for known in run.causes]:
        return []
    if cause and verdict != "update":
        return [] if outcome else [_Part(BY_CAUSE, (verdict, cause))]
    # A verdict without rows has no index.
    verdicts = [each for each in ([verdict] if verdict else VERDICTS) if run.counts.get(each)]
    of = plan_lists.by_change(cause) if cause else None
    if outcome in ("applied", "undone"):
        # Neither is written into a row: what was applied is undone when the whole run is.
        if (outcome == "undone") != run.is_undone:
            return []
        done = SQL(" AND {} <= {}").format(Identifier(order_of(run)), Literal(run.checkpoint))
        return [
            _Part(of or plan_lists.by_verdict(each), also=done)
            for each in verdicts
            if each in _DONE
        ]
    became = (outcome,) if outcome else _OTHERWISE if run.confirmed_at is not None else ()
    also = and_(plan_lists.changes_sql(cause) if cause else None)
    kept = [
        _Part(BY_OUTCOME, (each, what), also)
        for each in verdicts
        for what in became
        if each in _DONE
    ]
    return kept if outcome else [*(_Part(of or plan_lists.by_verdict(e)) for e in verdicts), *kept]


def _search_steps(
    run: ImportRun, plan: Table, search: str, columns: list[str], place: int
) -> tuple[list[_Step], int, tuple[Any, ...] | None]:
    """Return the sections of a search's order, and the section and position of the row `place`."""
    plan_lists.index_for_search(run, columns)
    texts = [plan_lists.text_sql(column) for column in columns]
    # Folded by the database alone, as the index is.
    word, held = rows(
        SQL("SELECT lower(left({}, {})), (SELECT ARRAY[{}] FROM {} WHERE number = {})").format(
            Literal(search), Literal(plan_lists.LONGEST_TEXT), comma(texts), plan, Literal(place)
        )
    )[0]
    number = int(search) if search.isdecimal() and len(search) <= 9 else 0
    steps, also = [], NOTHING
    if number:
        steps.append(_Step(None, (number - 1,), (number + 1,)))
        also = SQL(" AND number <> {}").format(Literal(number))
    where: tuple[Any, ...] | None = None
    at = 0
    if place and place == number:
        where = (number,)
    for text, own in zip(texts, held or [None] * len(texts), strict=True):
        if where is None and own is not None and own.startswith(word):
            where, at = (own, place), len(steps)
        steps.append(_Step(text, (word, 0), (word + _LAST, 0), also))
        # Rows that an earlier text found are not shown again.
        also += SQL(" AND NOT COALESCE(starts_with({}, {}), false)").format(text, quoted(word))
    return steps, at, where


def _read(
    plan: Table, parts: list[_Part], step: _Step, *, backwards: bool, limit: int
) -> list[int]:
    """Return the numbers of a step's rows in its order, of whichever of the lists they are in."""
    if not parts:
        return []
    down = SQL(" DESC") if backwards else NOTHING
    with transaction.atomic():
        # The order is that of the index. A planner who takes what is asked for to be rare would rather
        # read and sort all there is.
        execute(SQL("SET LOCAL enable_sort = off"))
        found = rows(
            SQL("SELECT number FROM ({}) x ORDER BY text{down}, number{down} LIMIT {}").format(
                SQL(" UNION ALL ").join(_of_list(plan, each, step, down, limit) for each in parts),
                Literal(limit),
                down=down,
            )
        )
        execute(SQL("SET LOCAL enable_sort = on"))
    return [number for (number,) in found]


def _of_list(plan: Table, part: _Part, step: _Step, down: Composable, limit: int) -> Composable:
    """SQL of a step's rows in one list: a range of its index."""
    key: list[Composable] = [*map(Identifier, part.list.key), *filter(None, [step.by])]
    key.append(SQL("number"))
    return SQL(
        "(SELECT number, {text} AS text FROM {plan} WHERE {where} AND {row} > ROW({low}) "
        "AND {row} < ROW({high}){part}{step} ORDER BY {order} LIMIT {limit})"
    ).format(
        text=step.by or NULL,
        plan=plan,
        where=part.list.where,
        row=SQL("ROW({})").format(comma(key)),
        low=comma(map(Literal, (*part.key, *step.low))),
        high=comma(map(Literal, (*part.key, *step.high))),
        part=part.also,
        step=step.also,
        order=comma(each + down for each in key),
        limit=Literal(limit),
    )
