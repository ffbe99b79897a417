"""The planned effect of each checked row: which records it writes, and what changes."""

from collections.abc import Iterable

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.engine.context import PartField, PartInfo, RunContext
from apps.transfers.engine.lookup import slugs
from apps.transfers.engine.resolve import parts, reactivation
from apps.transfers.engine.schema import PlanRow, WorkRow
from apps.transfers.engine.sql import FALSE, all_of, any_of, comma

_BARE, _WORK = PlanRow(""), WorkRow("w")
_NO_CHANGES = SQL("'{{}}'::jsonb").format()


def refusals_by_row(context: RunContext) -> Composable:
    return SQL(
        "(SELECT number, min(cause) AS cause, jsonb_agg(problem) AS problems "
        "FROM {} GROUP BY number)"
    ).format(context.tables.refused)


def rows(context: RunContext, names: Composable) -> Composable:
    """SQL of the plan's rows, with `names` for the columns of this plan.

    Each level ends with OFFSET 0; otherwise PostgreSQL would inline its expressions wherever they
    are used.
    """
    lines = [_Line(context, info) for info in context.parts]
    # Most rows change no existing record: for them, no JSON is built.
    updates = any_of(_BARE.updates(info.name) for info in context.parts)
    return SQL(
        """
        SELECT number, cause, problems,
               CASE WHEN cause = 'duplicate' THEN 'duplicate'
                    WHEN cause LIKE 'skip:%' THEN 'skipped'
                    WHEN problems IS NOT NULL THEN 'refused'
                    WHEN {creates} THEN 'create' WHEN {updates} THEN 'update'
                    ELSE 'unchanged' END AS verdict,
               CASE WHEN {updates} THEN {changes} END AS changes,
               CASE WHEN {updates} THEN {before} END AS before,
               {names}
        FROM (
            SELECT l.*, {ops} FROM (
                SELECT w.number, x.cause, x.problems, {columns}
                FROM {work} w LEFT JOIN {refusals} x ON x.number = w.number
                {joins} OFFSET 0
            ) l OFFSET 0
        ) i
        """
    ).format(
        creates=any_of(_BARE.creates(info.name) for info in context.parts),
        updates=updates,
        changes=SQL(" || ").join(line.changes() for line in lines),
        before=SQL(" || ").join(line.before() for line in lines),
        names=names,
        ops=comma(line.op(context.matching.mode) for line in lines),
        columns=comma(_columns(context, lines)),
        work=context.tables.work,
        refusals=refusals_by_row(context),
        joins=SQL(" ").join(line.join for line in lines),
    )


def _columns(context: RunContext, lines: list["_Line"]) -> Iterable[Composable]:
    cells: dict[str, Composable] = {name: _WORK.cell(name) for name in context.given}
    for line in lines:
        cells |= line.cells()
    yield from (SQL("{} AS {}").format(sql, _BARE.cell(name)) for name, sql in cells.items())
    yield from map(_WORK.word, context.worded)
    yield from map(_WORK.related, context.relations)
    for line in lines:
        yield from line.columns()


class _Line:
    """SQL of a row's line in a part: what it writes, what differs.

    Between the levels of the query it has columns of its own, named here alone.
    """

    def __init__(self, context: RunContext, info: PartInfo) -> None:
        self.context = context
        self.info = info
        self.line = parts.line_of(info.name)
        self.back = reactivation.comes_back(context, info, self.line.id)
        self.join = SQL("LEFT JOIN {} {} ON {}").format(
            context.tables.part(info.name),
            Identifier(self.line.alias),
            parts.row_join(context, info, self.line),
        )

    def _name(self, what: str, field: str = "") -> Identifier:
        return Identifier(f"{what}_{self.info.name}_{field}")

    @property
    def writes(self) -> Composable:
        """SQL condition: this row is the one that writes the record of the part."""
        if self.info.is_last:
            return SQL("x.number IS NULL")
        return SQL("COALESCE(x.number IS NULL AND {} = w.number, false)").format(
            self.line.column("first")
        )

    def cells(self) -> dict[str, Composable]:
        """What several rows together give a record is what its writing row writes; a row that
        writes none of it, such as a refused one, has its own cells.
        """
        return {
            field.source: SQL(
                "CASE WHEN {writes} THEN COALESCE({new}, {cell}) ELSE {cell} END"
            ).format(
                writes=self.writes,
                new=self.line.new(field.attname),
                cell=_WORK.cell(field.source),
            )
            for field in self.info.given
            if field.source not in self.context.relations
        }

    def columns(self) -> Iterable[Composable]:
        named = SQL("{} AS {}").format
        part = self.info.name
        yield named(self.line.id, _BARE.id(part))
        yield named(self.line.column("live"), self._name("live"))
        yield named(self.writes, self._name("writes"))
        if self.back is not None:
            yield named(self.back, self._name("back"))
        for field in self.info.fields.values():
            yield named(self.line.now(field.attname), self._name("now", field.attname))
        for field in self.info.given:
            differs = SQL("({})").format(parts.differs(self.context, field, self.line))
            yield named(self.line.new(field.attname), self._name("new", field.attname))
            yield named(differs, self._name("differs", field.attname))
        for made in slugs.made_columns(self.context, self.info):
            yield named(self.line.made(made), _BARE.derived(part, made))

    def op(self, mode: str) -> Composable:
        live = self._name("live")
        differs = any_of(self._name("differs", field.attname) for field in self.info.given)
        update = FALSE if mode == "create" else all_of([live, differs])
        if self.back is not None:
            # A reactivated record counts as new, whatever the mode.
            update = all_of([live, any_of([self._name("back"), update])])
        return SQL(
            "CASE WHEN NOT {writes} THEN NULL WHEN {create} THEN 'c' WHEN {update} THEN 'u' END AS {op}"
        ).format(
            writes=self._name("writes"),
            create=FALSE if mode == "update" else SQL("NOT {}").format(live),
            update=update,
            op=_BARE.op(self.info.name),
        )

    def _when_updated(self, json: Composable) -> Composable:
        return SQL("CASE WHEN {} THEN {} ELSE {} END").format(
            _BARE.updates(self.info.name), json, _NO_CHANGES
        )

    def changes(self) -> Composable:
        """{column: [before, after]} of what differs."""
        pairs = [self._pair(field) for field in self.info.given]
        if self.back is not None:
            _, gone, fresh = reactivation.states(self.info)[0]
            key = Literal(reactivation.change_key(self.info))
            pairs.append(SQL("({}, {}, {}, {})").format(key, gone, fresh, self._name("back")))
        if not pairs:
            return _NO_CHANGES
        return self._when_updated(
            SQL(
                "(SELECT jsonb_object_agg(k, jsonb_build_array(b, a)) "
                "FROM (VALUES {}) AS d(k, b, a, differs) WHERE differs)"
            ).format(comma(pairs))
        )

    def _pair(self, field: PartField) -> Composable:
        return SQL("({}, {}::text, {}, {})").format(
            Literal(field.source),
            self._name("now", field.attname),
            self._name("new", field.attname),
            self._name("differs", field.attname),
        )

    def before(self) -> Composable:
        """The record's previous values, to detect drift."""
        held = comma(
            SQL("{}, {}::text").format(Literal(name), self._name("now", name))
            for name in self.info.fields
        )
        return self._when_updated(
            SQL("jsonb_build_object({}, jsonb_build_object({}))").format(
                Literal(self.info.name), held
            )
        )
