"""Writes the plan's table: a row for each row of the file.

It is put together from three kinds of rows: those that were looked at (`work`, with the lines of their
parts), those that are settled, and those that were refused before anything was looked up.
"""

from collections.abc import Iterable

from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.plan import trash_notes
from apps.transfers.engine.ranges import LATE
from apps.transfers.engine.resolve import parts, reactivation, slugs
from apps.transfers.engine.tables import drop

_VERDICT = """CASE
    WHEN cause = 'duplicate' THEN 'duplicate'
    WHEN cause LIKE 'skip:%%' THEN 'skipped'
    WHEN problems IS NOT NULL THEN 'refused'
    {} ELSE 'unchanged' END AS verdict"""


def write(context: Context, *, has_settled: bool) -> None:
    plan = context.tables.plan
    branches = [_looked_at(context)]
    if has_settled:
        branches.append(_settled(context))
    if _has_early_refusals(context):
        branches.append(_refused_early(context))
    late = context.resource.late(context) or "false"
    drop(plan)
    context.execute(
        f"""
        CREATE TABLE {plan} AS
        SELECT number, CASE WHEN {late} THEN number + {LATE} ELSE number END AS seq,
               verdict, ''::text AS outcome,
               CASE WHEN verdict = 'update' THEN
                   (SELECT string_agg(k, ',' ORDER BY k) FROM jsonb_object_keys(changes) k)
                   ELSE COALESCE(cause, '') END AS cause,
               problems, changes, before, {", ".join(_names(context))}
        FROM ({" UNION ALL ".join(branches)}) j
        """,
        [],
    )
    context.execute(f"ALTER TABLE {plan} ADD PRIMARY KEY (number)")
    for info in context.parts:
        context.execute(f"CREATE INDEX ON {plan} (id_{info.name}) WHERE op_{info.name} IS NOT NULL")
    context.execute(f"ANALYZE {plan}")
    for info in context.parts:
        reactivation.write_notes(context, info)
    trash_notes.write(context)


def _made(context: Context) -> list[tuple[PartInfo, str]]:
    return [(info, name) for info in context.parts for name in slugs.made_columns(context, info)]


def _names(context: Context) -> list[str]:
    """The plan's columns beside those that every plan has."""
    return [
        *(f"c_{name}" for name in context.given),
        # What the file itself says where that is not the value: "vice chair".
        *context.own_words(""),
        *(f"i_{name}" for name in context.relations),
        *(f"{what}_{info.name}" for info in context.parts for what in ("id", "op")),
        *(f"d_{info.name}_{name}" for info, name in _made(context)),
    ]


def _columns(context: Context, *, ids: str) -> Iterable[str]:
    """The same for rows `s` of the staging table that do nothing; `ids` is SQL for a part's id."""
    yield from (f"s.c_{name}" for name in context.given)
    yield from context.own_words("s")
    yield from ("NULL::text" for _ in context.relations)
    for info in context.parts:
        yield from (ids.format(info.name), "NULL::text")
    yield from ("NULL::text" for _ in _made(context))


def _settled(context: Context) -> str:
    columns = ", ".join(_columns(context, ids="d.id_{}"))
    return (
        f"SELECT s.number, ''::text AS cause, NULL::jsonb AS problems, 'unchanged' AS verdict, "
        f"NULL::jsonb AS changes, NULL::jsonb AS before, {columns} "
        f"FROM {context.tables.settled} d JOIN {context.tables.stage} s ON s.number = d.number"
    )


def _has_early_refusals(context: Context) -> bool:
    tables = context.tables
    return bool(
        context.rows(
            f"SELECT EXISTS (SELECT FROM {tables.stage} WHERE problems IS NOT NULL) "
            f"OR EXISTS (SELECT FROM {tables.refused})"
        )[0][0]
    )


def _refusals(context: Context) -> str:
    return (
        "(SELECT number, min(cause) AS cause, jsonb_agg(problem) AS problems "
        f"FROM {context.tables.refused} GROUP BY number)"
    )


def _refused_early(context: Context) -> str:
    tables = context.tables
    columns = ", ".join(_columns(context, ids="NULL::uuid"))
    return f"""
        SELECT s.number, COALESCE(s.cause, x.cause) AS cause,
               COALESCE(s.problems, x.problems) AS problems, 'refused' AS verdict,
               NULL::jsonb AS changes, NULL::jsonb AS before, {columns}
        FROM {tables.stage} s LEFT JOIN {_refusals(context)} x ON x.number = s.number
        WHERE (s.problems IS NOT NULL OR x.number IS NOT NULL)
          AND NOT EXISTS (SELECT FROM {tables.work} w WHERE w.number = s.number)
    """


def _looked_at(context: Context) -> str:
    """Each level is fenced by OFFSET 0: else what it computes once would be copied to wherever it is used."""
    mode = context.matching.mode
    lines = [_Line(context, info) for info in context.parts]
    joins = " ".join(line.join for line in lines)
    values = {name: f"w.c_{name}" for name in context.given}
    for line in lines:
        values |= line.values()
    first_level = [
        "w.number, x.cause, x.problems",
        *(f"{sql} AS c_{name}" for name, sql in values.items()),
        *context.own_words("w"),
        *(f"w.i_{name} AS i_{name}" for name in context.relations),
        *(column for line in lines for column in line.columns()),
    ]
    ops = [line.op(mode) for line in lines]
    # Most rows change nothing that is there: for them no JSON is made at all.
    touched = " OR ".join(f"op_{info.name} = 'u'" for info in context.parts)
    created = " OR ".join(f"op_{info.name} = 'c'" for info in context.parts)
    verdict = _VERDICT.format(f"WHEN {created} THEN 'create' WHEN {touched} THEN 'update'")
    changes = " || ".join(line.changes() for line in lines)
    before = " || ".join(line.before() for line in lines)
    return f"""
        SELECT number, cause, problems, {verdict},
               CASE WHEN {touched} THEN {changes} END AS changes,
               CASE WHEN {touched} THEN {before} END AS before,
               {", ".join(_names(context))}
        FROM (
            SELECT l.*, {", ".join(ops)} FROM (
                SELECT {", ".join(first_level)}
                FROM {context.tables.work} w
                LEFT JOIN {_refusals(context)} x ON x.number = w.number
                {joins} OFFSET 0
            ) l OFFSET 0
        ) i
    """


class _Line:
    """SQL of a row's line in a part: what it writes, what differs."""

    def __init__(self, context: Context, info: PartInfo) -> None:
        self.context = context
        self.info = info
        self.name = info.name
        self.alias = f"p_{info.name}"
        self.given = [field for field in info.fields.values() if field.is_given]
        self.back = reactivation.comes_back(context, info, self.alias)
        self.join = (
            f"LEFT JOIN {context.tables.part(info.name)} {self.alias} "
            f"ON {parts.row_join(context, info, 'w', self.alias)}"
        )

    @property
    def writes(self) -> str:
        """SQL condition: this row is the one that writes the record of the part."""
        if self.info.is_last:
            return "x.number IS NULL"
        return f"COALESCE(x.number IS NULL AND {self.alias}.first = w.number, false)"

    def values(self) -> dict[str, str]:
        """What several rows say together about one record is what its row writes; a row that writes
        nothing of it, a refused one above all, has its own cells."""
        return {
            field.source: f"CASE WHEN {self.writes} "
            f"THEN COALESCE({self.alias}.v_{field.attname}, w.c_{field.source}) "
            f"ELSE w.c_{field.source} END"
            for field in self.given
            if field.source not in self.context.relations
        }

    def columns(self) -> Iterable[str]:
        p, name = self.alias, self.name
        yield f"{p}.id AS id_{name}, {p}.live AS live_{name}, {self.writes} AS writes_{name}"
        if self.back:
            yield f"{self.back} AS back_{name}"
        for field in self.info.fields.values():
            yield f"{p}.b_{field.attname} AS b_{name}_{field.attname}"
        for field in self.given:
            yield f"{p}.v_{field.attname} AS v_{name}_{field.attname}"
            yield f"({parts.differs(self.context, field, p)}) AS x_{name}_{field.attname}"
        for made in slugs.made_columns(self.context, self.info):
            yield f"{p}.d_{made} AS d_{name}_{made}"

    def op(self, mode: str) -> str:
        name = self.name
        differs = " OR ".join(f"x_{name}_{field.attname}" for field in self.given) or "false"
        update = "false" if mode == "create" else f"live_{name} AND ({differs})"
        if self.back:
            # Who comes back is as good as new, whatever the mode.
            update = f"live_{name} AND (back_{name} OR ({update}))"
        create = "false" if mode == "update" else f"NOT live_{name}"
        return (
            f"CASE WHEN NOT writes_{name} THEN NULL WHEN {create} THEN 'c' "
            f"WHEN {update} THEN 'u' END AS op_{name}"
        )

    def _when_updated(self, json: str) -> str:
        return f"CASE WHEN op_{self.name} = 'u' THEN {json} ELSE '{{}}'::jsonb END"

    def changes(self) -> str:
        """{column: [before, after]} of what differs."""
        name = self.name
        pairs = [
            f"('{f.source}', b_{name}_{f.attname}::text, v_{name}_{f.attname}, x_{name}_{f.attname})"
            for f in self.given
        ]
        if self.back:
            key = reactivation.change_key(self.info)
            pairs.append(f"('{key}', 'deactivated', 'active', back_{name})")
        if not pairs:
            return "'{}'::jsonb"
        return self._when_updated(
            "(SELECT jsonb_object_agg(k, jsonb_build_array(b, a)) "
            f"FROM (VALUES {', '.join(pairs)}) AS d(k, b, a, differs) WHERE differs)"
        )

    def before(self) -> str:
        """What the record held, for the check of drift."""
        held = ", ".join(f"'{name}', b_{self.name}_{name}::text" for name in self.info.fields)
        return self._when_updated(f"jsonb_build_object('{self.name}', jsonb_build_object({held}))")
