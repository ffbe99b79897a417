"""The totals of a plan by verdict and cause, and its blast radius in sentences."""

from typing import Any

from psycopg.sql import SQL

from apps.transfers.engine.context import RunContext
from apps.transfers.engine.plan import lists as plan_lists
from apps.transfers.engine.plan import trash_notes, word_meanings
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.resolve.rule_view import ContextView
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import comma, execute, rows

_PLAN = PlanRow("p")

_MOST_CAUSES = 500


def summary(context: RunContext) -> dict[str, Any]:
    plan = context.tables.plan
    words = word_meanings.meaning_columns(context)
    # One scan for both: the verdicts of the rows, and the meanings of their words.
    found = rows(
        SQL("SELECT {} FROM {} GROUP BY {}").format(
            comma([SQL("verdict"), SQL("cause"), SQL("count(*)"), *words]),
            plan,
            comma([SQL("verdict"), SQL("cause"), *words]),
        )
    )
    grouped = _by_cause(found)
    counts: dict[str, int] = {}
    for verdict, _, number in grouped:
        counts[verdict] = counts.get(verdict, 0) + number
    causes = _causes(grouped)
    plan_lists.index_by_number(
        plan, counts, [cause for verdict, cause, _ in causes if verdict == "update"]
    )
    by_part, cleared, late = _in_one_scan(context)
    if late:
        execute(SQL("CREATE INDEX ON {} (seq)").format(plan))
    return {
        "counts": counts,
        "causes": causes,
        "parts": by_part,
        "late": late,
        "words": word_meanings.meanings_of(context, found),
        "impacts": _impacts(context, cleared),
        "rows_to_do": counts.get("create", 0) + counts.get("update", 0),
    }


def _by_cause(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return verdict, cause and rows, most rows first, whatever the words."""
    total: dict[tuple[str, str], int] = {}
    for verdict, cause, number, *_ in found:
        total[verdict, cause] = total.get((verdict, cause), 0) + number
    return sorted(((*key, number) for key, number in total.items()), key=lambda each: -each[2])


def _causes(grouped: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Return verdict, cause and rows, most rows first; an update counts for each column it changes."""
    found: dict[tuple[str, str], int] = {}
    for verdict, cause, number in grouped:
        for each in cause.split(",") if verdict == "update" else [cause]:
            if each:
                found[verdict, each] = found.get((verdict, each), 0) + number
    most = sorted(found.items(), key=lambda item: -item[1])[:_MOST_CAUSES]
    return [[verdict, cause, number] for (verdict, cause), number in most]


def _in_one_scan(context: RunContext) -> tuple[dict[str, dict[str, int]], dict[str, int], bool]:
    """Return records to create and to change by part, cells to clear by column, and whether rows are late."""
    count = SQL("count(*) FILTER (WHERE {})")
    asked = [
        count.format(condition(info.name))
        for info in context.parts
        for condition in (_PLAN.creates, _PLAN.updates)
    ]
    asked += [
        count.format(
            SQL("{} AND COALESCE({}, '') = ''").format(
                _PLAN.changes_column(name), _PLAN.after(name)
            )
        )
        for name in context.given
    ]
    found = list(
        rows(
            SQL(
                "SELECT {}, COALESCE(bool_or(seq <> number), false) "
                "FROM {} p WHERE verdict IN ('create', 'update')"
            ).format(comma(asked), context.tables.plan)
        )[0]
    )
    by_part = {
        info.name: {"create": found.pop(0), "update": found.pop(0)} for info in context.parts
    }
    cleared = {name: found.pop(0) for name in context.given}
    return by_part, cleared, found.pop(0)


def _impacts(context: RunContext, cleared: dict[str, int]) -> list[dict[str, Any]]:
    """Return the blast radius: the dataset's own impacts, and those of every dataset."""
    found: list[dict[str, Any]] = []
    for impact in context.resource.impacts():
        asked = impact.sql(ContextView(context))
        if asked is None:
            continue
        numbers = rows(asked)[0]
        number = numbers[0]
        if number:
            found.append(
                {
                    "code": impact.code,
                    "number": number,
                    "sentence": impact.sentence(numbers),
                    "must_type": impact.threshold is not None and number >= impact.threshold,
                }
            )
    found += [line for info in context.parts if (line := reactivation.impact(context, info))]
    if line := trash_notes.impact(context):
        found.append(line)
    for name, number in cleared.items():
        if number:
            label = context.columns[name].label.lower()
            found.append(
                {
                    "code": f"clears:{name}",
                    "number": number,
                    "sentence": f"Clears the {label} of {number:,} record{'s' if number > 1 else ''}.",
                    "must_type": number >= 100,
                }
            )
    made = rows(
        SQL("SELECT relation, count(*) FROM {} GROUP BY 1 ORDER BY 1").format(context.tables.made)
    )
    for relation, number in made:
        label = context.columns[relation].label.lower()
        found.append(
            {
                "code": f"makes:{relation}",
                "number": number,
                "sentence": f"Creates {number:,} missing {label} record{'s' if number > 1 else ''}.",
                "must_type": False,
            }
        )
    return found
