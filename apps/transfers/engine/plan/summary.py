"""What a plan adds up to: totals by verdict and cause, and the blast radius in sentences."""

from typing import Any

from apps.transfers.engine.context import Context
from apps.transfers.engine.plan import lists as plan_lists
from apps.transfers.engine.plan import meanings, trash_notes
from apps.transfers.engine.resolve import reactivation

_MOST_CAUSES = 500


def summary(context: Context) -> dict[str, Any]:
    words = meanings.columns(context)
    # One scan for both: what becomes of the rows, and what their words mean.
    found = context.rows(
        f"SELECT {', '.join(['verdict', 'cause', 'count(*)', *words])} "
        f"FROM {context.tables.plan} GROUP BY {', '.join(['verdict', 'cause', *words])}"
    )
    grouped = _by_cause(found)
    counts: dict[str, int] = {}
    for verdict, _, rows in grouped:
        counts[verdict] = counts.get(verdict, 0) + rows
    causes = _causes(grouped)
    plan_lists.index_by_number(
        context.tables.plan, counts, [cause for verdict, cause, _ in causes if verdict == "update"]
    )
    by_part, cleared, late = _in_one_scan(context)
    if late:
        context.execute(f"CREATE INDEX ON {context.tables.plan} (seq)")
    return {
        "counts": counts,
        "causes": causes,
        "parts": by_part,
        "late": late,
        "words": meanings.found(context, found),
        "impacts": _impacts(context, cleared),
        "rows_to_do": counts.get("create", 0) + counts.get("update", 0),
    }


def _by_cause(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return verdict, cause and rows, most rows first, whatever the words."""
    rows: dict[tuple[str, str], int] = {}
    for verdict, cause, number, *_ in found:
        rows[verdict, cause] = rows.get((verdict, cause), 0) + number
    return sorted(((*key, number) for key, number in rows.items()), key=lambda each: -each[2])


def _causes(grouped: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Return verdict, cause and rows, most rows first; an update counts for each column it changes."""
    found: dict[tuple[str, str], int] = {}
    for verdict, cause, rows in grouped:
        for each in cause.split(",") if verdict == "update" else [cause]:
            if each:
                found[verdict, each] = found.get((verdict, each), 0) + rows
    most = sorted(found.items(), key=lambda item: -item[1])[:_MOST_CAUSES]
    return [[verdict, cause, rows] for (verdict, cause), rows in most]


def _in_one_scan(context: Context) -> tuple[dict[str, dict[str, int]], dict[str, int], bool]:
    """Return records to create and to change by part, cells to clear by column, and whether rows are late."""
    asked = [
        f"count(*) FILTER (WHERE op_{info.name} = '{op}')"
        for info in context.parts
        for op in ("c", "u")
    ]
    asked += [
        f"count(*) FILTER (WHERE jsonb_exists(changes, '{name}') "
        f"AND COALESCE(changes->'{name}'->>1, '') = '')"
        for name in context.given
    ]
    found = list(
        context.rows(
            f"SELECT {', '.join(asked)}, COALESCE(bool_or(seq <> number), false) "
            f"FROM {context.tables.plan} WHERE verdict IN ('create', 'update')"
        )[0]
    )
    by_part = {
        info.name: {"create": found.pop(0), "update": found.pop(0)} for info in context.parts
    }
    cleared = {name: found.pop(0) for name in context.given}
    return by_part, cleared, found.pop(0)


def _impacts(context: Context, cleared: dict[str, int]) -> list[dict[str, Any]]:
    """The blast radius: what the dataset declares, and what any dataset can say."""
    found: list[dict[str, Any]] = []
    for impact in context.resource.impacts():
        asked = impact.sql(context)
        if asked is None:
            continue
        numbers = context.rows(*asked)[0]
        number = numbers[0]
        if number:
            found.append(
                {
                    "code": impact.code,
                    "number": number,
                    "sentence": impact.sentence(numbers),
                    "must_type": impact.threshold is not None and number >= impact.threshold,
                    "needs_second_person": impact.second_person is not None
                    and number >= impact.second_person,
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
                    "needs_second_person": False,
                }
            )
    made = context.rows(
        f"SELECT relation, count(*) FROM {context.tables.made} GROUP BY 1 ORDER BY 1"
    )
    for relation, number in made:
        label = context.columns[relation].label.lower()
        found.append(
            {
                "code": f"makes:{relation}",
                "number": number,
                "sentence": f"Creates {number:,} missing {label} record{'s' if number > 1 else ''}.",
                "must_type": False,
                "needs_second_person": False,
            }
        )
    return found
