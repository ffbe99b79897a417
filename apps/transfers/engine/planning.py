"""Makes the plan: what each row would do, why not, and what of the record it would change.

One transaction; begun again from the staging table when it is interrupted. The plan's table holds
all that applying and undoing need: the ids of what will be created, what changes from what to what,
and what each record looked like, so that a later change by somebody else is seen (drift).
"""

import secrets
from typing import Any

from django.db import transaction

from apps.transfers.declarations import VERSION
from apps.transfers.engine import parts, refusals, relations, reviving, slugs
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.export_query import version_of
from apps.transfers.engine.tables import drop

# Rows with this added to their number are applied after all others.
LATE = 1_000_000_000


def plan(context: Context) -> dict[str, Any]:
    """Fill the plan's table; return counts, causes, impacts and a new token as the run stores them."""
    with transaction.atomic():
        context.execute("SET LOCAL work_mem = '96MB'")
        context.execute("SET LOCAL maintenance_work_mem = '128MB'")
        # The planner needs sizes and rough shares of our tables, not their histograms.
        context.execute("SET LOCAL default_statistics_target = 10")
        refusals.start(context)
        relations.resolve(context)
        _build_work(context)
        for info in context.parts:
            parts.build(context, info)
            slugs.fill(context, info)
            reviving.find(context, info)
        _refuse_stale(context)
        _skip_by_mode(context)
        for rule in context.resource.rules():
            _apply_rule(context, rule)
        _refuse_repeats_of_refused(context)
        _find_duplicates(context)
        _choose_writers(context)
        _write_plan(context)
        result = _summary(context)
        drop(*context.tables.scratch(context.resource))
    return result


def _build_work(context: Context) -> None:
    """The valid rows, with the ids of the records that their cells name."""
    tables = context.tables
    columns = ["s.number", *(f"s.c_{name}" for name in context.given)]
    columns += [
        f"s.d_{info.name}_{name}"
        for info in context.parts
        for name, made in info.part.derived.items()
        if made.source in context.given
    ]
    columns += [
        f"CASE WHEN s.c_{name} = '' THEN '' ELSE r_{name}.id::text END AS i_{name}"
        for name in context.relations
    ]
    context.execute(f"DROP TABLE IF EXISTS {tables.work}")
    context.execute(
        f"CREATE UNLOGGED TABLE {tables.work} AS SELECT {', '.join(columns)} "
        f"FROM {tables.stage} s {relations.join_sql(context)} "
        f"WHERE s.problems IS NULL AND {refusals.unrefused(context, 's')}"
    )
    context.execute(f"ANALYZE {tables.work}")


def _skip_by_mode(context: Context) -> None:
    mode = context.matching.mode
    if mode == "upsert":
        return
    for info in context.parts:
        if mode == "create" and not info.is_last:
            continue
        condition, code, text = (
            (
                "p.live",
                "skip:exists",
                f"The {info.part.label} exists already, and only new ones are wanted.",
            )
            if mode == "create"
            else (
                "NOT p.live",
                "skip:new",
                f"The {info.part.label} is new, and none is to be created.",
            )
        )
        refusals.refuse(
            context,
            code=code,
            column="",
            number="w.number",
            rows=parts.rows_of(context, info, condition),
            text=text,
        )


def _refuse_stale(context: Context) -> None:
    """A row that comes from an export is refused where its record is another one by now."""
    if VERSION not in context.given:
        return
    last = context.last
    table = context.tables.part(last.name)
    queryset = last.model._base_manager.annotate(now_version=version_of(context.resource))
    sql, params = queryset.order_by().values_list("pk", "now_version").query.sql_with_params()
    context.execute("DROP TABLE IF EXISTS pg_temp.live_versions")
    context.execute(
        f"CREATE TEMP TABLE live_versions ON COMMIT DROP AS SELECT v.id, v.version "
        f"FROM ({sql}) AS v(id, version) WHERE v.id IN (SELECT id FROM {table} WHERE live)",
        params,
    )
    refusals.refuse(
        context,
        code="stale",
        column="",
        number="w.number",
        rows=parts.rows_of(
            context,
            last,
            f"p.live AND w.c_{VERSION} <> '' AND EXISTS (SELECT FROM live_versions v "
            f"WHERE v.id = p.id AND v.version <> w.c_{VERSION})",
        ),
        text="The record has changed since it was exported. Export it again.",
    )


def _apply_rule(context: Context, rule: Any) -> None:
    found = rule.sql(context)
    if found is None:
        return
    sql, params = found
    refusals.refuse(
        context,
        code=rule.code,
        column=rule.column,
        number="bad.number",
        rows=f"FROM ({sql}) AS bad WHERE {refusals.unrefused(context, 'bad')}",
        row_params=params,
        text=rule.message,
    )


def _has_refusals(context: Context) -> bool:
    return bool(context.rows(f"SELECT EXISTS (SELECT FROM {context.tables.refused})")[0][0])


def _refuse_repeats_of_refused(context: Context) -> None:
    """A rule names the first row of a record; the same row again is refused with it."""
    last = context.last
    rule_codes = [rule.code for rule in context.resource.rules()]
    if not rule_codes or not _has_refusals(context):
        return
    context.execute(
        f"""
        INSERT INTO {context.tables.refused} (number, cause, problem)
        SELECT w.number, bad.cause, bad.problem
        {
            parts.rows_of(context, last, "p.n > 1").replace(
                " WHERE ",
                f''' JOIN
            {context.tables.refused} bad ON bad.number = p.first AND bad.cause = ANY(%s) WHERE ''',
                1,
            )
        }
        """,
        [rule_codes],
    )


def _find_duplicates(context: Context) -> None:
    last = context.last
    table = context.tables.part(last.name)
    if not context.rows(f"SELECT EXISTS (SELECT FROM {table} WHERE n > 1)")[0][0]:
        return
    refusals.refuse(
        context,
        code="duplicate",
        column="",
        number="w.number",
        rows=parts.rows_of(context, last, "p.n > 1 AND w.number <> p.first"),
        message="format('Row %%s says the same; it counts once.', p.first)",
    )


def _choose_writers(context: Context) -> None:
    """Where the first row of a shared record (a person) is refused, a later valid row writes it."""
    if not _has_refusals(context):
        return
    for info in context.parts:
        if info.is_last:
            continue
        table = context.tables.part(info.name)
        joins_and_where = parts.rows_of(context, info, "true")
        context.execute(
            f"""
            UPDATE {table} t SET first = found.first FROM (
                SELECT gone.id, found.first
                FROM (SELECT p.id FROM {table} p WHERE p.first IN
                        (SELECT number FROM {context.tables.refused})) gone
                LEFT JOIN (SELECT p.id, min(w.number) AS first {joins_and_where} GROUP BY p.id) found
                    ON found.id = gone.id
            ) found WHERE found.id = t.id
            """
        )


def _diff(info: PartInfo, alias: str) -> list[tuple[str, str, str, str]]:
    """Return (dataset column, SQL of the live text, SQL of the staged text, SQL of "differs")."""
    found = []
    for field in info.fields.values():
        if not field.is_given:
            continue
        new = f"{alias}.v_{field.attname}"
        old = f"{alias}.b_{field.attname}"
        differs = f"({new} IS NOT NULL AND {field.value(new)} IS DISTINCT FROM {old})"
        found.append((field.source, f"{old}::text", new, differs))
    return found


def _write_plan(context: Context) -> None:
    tables = context.tables
    mode = context.matching.mode
    select = ["s.number"]
    changes, befores, ops = [], [], []
    joins = []
    relation_ids = [f"w.i_{name} AS i_{name}" for name in context.relations]
    values = {name: f"s.c_{name}" for name in context.given}
    for info in context.parts:
        p = f"p_{info.name}"
        joins.append(
            f"LEFT JOIN {tables.part(info.name)} {p} ON {parts.row_join(context, info, 'w', p)}"
        )
        diff = _diff(info, p)
        differs = " OR ".join(each[3] for each in diff) or "false"
        writes = "x.number IS NULL" if info.is_last else f"{p}.first = s.number"
        back = reviving.comes_back(context, info, p)
        update = "false" if mode == "create" else f"{p}.live AND ({differs})"
        if back:
            # Who comes back is as good as new, whatever the mode.
            update = f"{p}.live AND ({back} OR ({update}))"
            diff.append((reviving.change_key(info), "'deactivated'", "'active'", back))
        create = "false" if mode == "update" else f"NOT {p}.live"
        op = f"CASE WHEN NOT ({writes}) THEN NULL WHEN {create} THEN 'c' WHEN {update} THEN 'u' END"
        ops.append((info, op))
        pairs = ", ".join(f"('{n}', {old}, {new}, {d})" for n, old, new, d in diff)
        if pairs:
            changes.append(
                f"CASE WHEN ({op}) = 'u' THEN (SELECT jsonb_object_agg(k, jsonb_build_array(b, a)) "
                f"FROM (VALUES {pairs}) AS d(k, b, a, differs) WHERE differs) ELSE '{{}}' END"
            )
        snapshot = ", ".join(
            f"'{f.attname}', {p}.b_{f.attname}::text" for f in info.fields.values()
        )
        befores.append(
            f"CASE WHEN ({op}) = 'u' THEN jsonb_build_object('{info.name}', jsonb_build_object({snapshot})) "
            f"ELSE '{{}}' END"
        )
        for field in info.fields.values():
            if field.is_given and field.source not in context.relations:
                # What several rows say together about one record is what is written.
                values[field.source] = f"COALESCE({p}.v_{field.attname}, s.c_{field.source})"
    select += [f"{sql} AS c_{name}" for name, sql in values.items()] + relation_ids
    for info, op in ops:
        select += [f"p_{info.name}.id AS id_{info.name}", f"{op} AS op_{info.name}"]
        select += [
            f"p_{info.name}.d_{name} AS d_{info.name}_{name}"
            for name in slugs.made_columns(context, info)
        ]
    drop(tables.plan)
    # Most rows change nothing that is there: for them no JSON is made at all.
    touched = " OR ".join(f"({op}) = 'u'" for _, op in ops)
    inner = f"""
        SELECT {", ".join(select)},
               COALESCE(s.problems, x.problems) AS problems, COALESCE(s.cause, x.cause) AS cause,
               CASE WHEN {touched} THEN {" || ".join(changes) or "'{}'::jsonb"} END AS changes,
               CASE WHEN {touched} THEN {" || ".join(befores)} END AS before
        FROM {tables.stage} s
        LEFT JOIN {tables.work} w ON w.number = s.number
        LEFT JOIN (SELECT number, min(cause) AS cause, jsonb_agg(problem) AS problems
                   FROM {tables.refused} GROUP BY number) x ON x.number = s.number
        {" ".join(joins)}
    """
    any_create = " OR ".join(f"op_{info.name} = 'c'" for info in context.parts)
    any_update = " OR ".join(f"op_{info.name} = 'u'" for info in context.parts)
    names = ", ".join(
        [f"c_{name}" for name in values]
        + [f"i_{name}" for name in context.relations]
        + [f"id_{info.name}, op_{info.name}" for info in context.parts]
        + [
            f"d_{info.name}_{n}"
            for info in context.parts
            for n in slugs.made_columns(context, info)
        ]
    )
    late = context.resource.late(context) or "false"
    context.execute(
        f"""
        CREATE TABLE {tables.plan} AS
        SELECT number, CASE WHEN {late} THEN number + {LATE} ELSE number END AS seq,
               verdict, ''::text AS outcome,
               CASE WHEN verdict = 'update' THEN
                   (SELECT string_agg(k, ',' ORDER BY k) FROM jsonb_object_keys(changes) k)
                   ELSE COALESCE(cause, '') END AS cause,
               problems, changes, before, {names}
        FROM (
            SELECT i.*, CASE
                WHEN cause = 'duplicate' THEN 'duplicate'
                WHEN cause LIKE 'skip:%%' THEN 'skipped'
                WHEN problems IS NOT NULL THEN 'refused'
                WHEN {any_create} THEN 'create'
                WHEN {any_update} THEN 'update'
                ELSE 'unchanged' END AS verdict
            FROM ({inner}) i
        ) j
        ORDER BY number
        """,
        [],
    )
    context.execute(f"ALTER TABLE {tables.plan} ADD PRIMARY KEY (number)")
    context.execute(f"CREATE INDEX ON {tables.plan} (verdict, cause, number)")
    for info in context.parts:
        context.execute(
            f"CREATE INDEX ON {tables.plan} (id_{info.name}) WHERE op_{info.name} IS NOT NULL"
        )
    context.execute(f"ANALYZE {tables.plan}")
    for info in context.parts:
        reviving.write_notes(context, info)


def _summary(context: Context) -> dict[str, Any]:
    plan_table = context.tables.plan
    grouped = context.rows(
        f"SELECT verdict, cause, count(*) FROM {plan_table} GROUP BY 1, 2 ORDER BY 3 DESC"
    )
    counts: dict[str, int] = {}
    for verdict, _, rows in grouped:
        counts[verdict] = counts.get(verdict, 0) + rows
    by_part = {}
    for info in context.parts:
        made, changed = context.rows(
            f"SELECT count(*) FILTER (WHERE op_{info.name} = 'c'), "
            f"count(*) FILTER (WHERE op_{info.name} = 'u') FROM {plan_table} "
            f"WHERE verdict IN ('create', 'update')"
        )[0]
        by_part[info.name] = {"create": made, "update": changed}
    late = context.rows(f"SELECT EXISTS (SELECT FROM {plan_table} WHERE seq <> number)")[0][0]
    if late:
        context.execute(f"CREATE INDEX ON {plan_table} (seq)")
    return {
        "counts": counts,
        "causes": [[verdict, cause, rows] for verdict, cause, rows in grouped[:500] if cause],
        "parts": by_part,
        "late": late,
        "impacts": _impacts(context),
        "rows_to_do": counts.get("create", 0) + counts.get("update", 0),
        "plan_token": secrets.token_hex(8),
    }


def _impacts(context: Context) -> list[dict[str, Any]]:
    """The blast radius: what the dataset declares, and what any dataset can say."""
    found: list[dict[str, Any]] = []
    plan_table = context.tables.plan
    for impact in context.resource.impacts():
        asked = impact.sql(context)
        if asked is None:
            continue
        number = context.rows(*asked)[0][0]
        if number:
            found.append(
                {
                    "code": impact.code,
                    "number": number,
                    "sentence": (impact.one if number == 1 else impact.many).format(
                        n=f"{number:,}"
                    ),
                    "must_type": impact.threshold is not None and number >= impact.threshold,
                    "needs_second_person": impact.second_person is not None
                    and number >= impact.second_person,
                }
            )
    found += [line for info in context.parts if (line := reviving.impact(context, info))]
    for name in context.given:
        number = context.rows(
            f"SELECT count(*) FROM {plan_table} WHERE verdict IN ('create', 'update') "
            f"AND jsonb_exists(changes, %s) AND COALESCE(changes->%s->>1, '') = ''",
            [name, name],
        )[0][0]
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
