"""Finds the records that cells name: once for each different word, set-based."""

from typing import Any

from django.apps import apps
from django.db import connection

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import Context, may_be_new, scope_sql
from apps.transfers.engine.match.candidates import CandidateFinder, records_of
from apps.transfers.engine.resolve import slugs
from apps.transfers.engine.resolve.refusals import refuse
from apps.transfers.engine.tables import alive, has_trash


def resolve(context: Context) -> None:
    """Build a table word → record for each relation column and refuse the rows without one."""
    drop_made(context)
    for name in _in_order(context):
        _resolve_one(context, name)


def drop_made(context: Context) -> None:
    made = context.tables.made
    context.execute(f"DROP TABLE IF EXISTS {made}")
    context.execute(
        f"CREATE TABLE {made} (id uuid PRIMARY KEY, relation text, value text, slug text, "
        f"number int, outcome text NOT NULL DEFAULT '')"
    )


def _in_order(context: Context) -> list[str]:
    """A relation that is looked up within another comes after it."""

    def depth(name: str) -> int:
        relation = context.columns[name].relation
        within = relation.within.values() if relation else ()
        return 1 + max((depth(each) for each in within if each in context.relations), default=0)

    return sorted(context.relations, key=depth)


def join_sql(context: Context, *, upto: str = "", through: str = "") -> str:
    """SQL that joins the resolved relations to rows `s` of the staging table: those before `upto`,
    those up to and with `through`, or all."""
    joins = []
    for name in _in_order(context):
        if name == upto:
            break
        relation = context.columns[name].relation
        on = [f"r_{name}.value = s.c_{name}"]
        if relation:
            on += [
                f"r_{name}.w_{other} = r_{other}.id"
                for other in relation.within.values()
                if other in context.relations
            ]
        joins.append(f"LEFT JOIN {context.tables.relation(name)} r_{name} ON {' AND '.join(on)}")
        if name == through:
            break
    return " ".join(joins)


def _resolve_one(context: Context, name: str) -> None:
    column = context.columns[name]
    relation = column.relation
    if relation is None:
        return
    model: Any = apps.get_model(relation.model)
    stage, table = context.tables.stage, context.tables.relation(name)
    within = [other for other in relation.within.values() if other in context.relations]
    scopes = "".join(f", r_{other}.id AS w_{other}" for other in within)
    same = "".join(f" AND v.w_{other} = t.{_attname(model, relation, other)}" for other in within)
    group = "".join(f", w_{other}" for other in within)
    scope = scope_sql(model, context.actor, alive_only=True)
    scoped = f" AND t.id IN ({scope[0]})" if scope else ""
    target = connection.ops.quote_name(model._meta.db_table)
    hits, params = [], []
    for rank, field in enumerate(relation.by):
        value = 'lower(v.value COLLATE "C")' if field == "email" else "v.value"
        hits.append(
            f"SELECT v.value{''.join(f', v.w_{o}' for o in within)}, {rank} AS rank, t.id "
            f"FROM v JOIN {target} t ON t.{connection.ops.quote_name(field)} = "
            f"{value}{same}{alive(model, 't')}{scoped}"
        )
        params += scope[1] if scope else []
    context.execute(f"DROP TABLE IF EXISTS {table}")
    context.execute(
        f"""
        CREATE UNLOGGED TABLE {table} AS
        WITH v AS MATERIALIZED (
            SELECT s.c_{name} AS value{scopes}, min(s.number) AS number, count(*) AS times
            FROM {stage} s {join_sql(context, upto=name) if within else ""}
            WHERE s.c_{name} <> '' AND s.problems IS NULL
            GROUP BY 1{"".join(f", {i + 2}" for i in range(len(within)))}
        ), hits AS ({" UNION ALL ".join(hits)}),
        ranked AS (
            SELECT value{group}, id, rank,
                   min(rank) OVER (PARTITION BY value{group}) AS best
            FROM hits
        ), found AS (
            SELECT value{group}, count(DISTINCT id) AS n, min(id::text)::uuid AS id
            FROM ranked WHERE rank = best GROUP BY value{group}
        )
        SELECT v.value{"".join(f", v.w_{o}" for o in within)}, v.number, v.times,
               COALESCE(f.n, 0) AS n, CASE WHEN f.n = 1 THEN f.id END AS id
        FROM v LEFT JOIN found f ON f.value = v.value
             {"".join(f" AND f.w_{o} = v.w_{o}" for o in within)}
        """,
        params,
    )
    creates = name in context.matching.create_missing and may_be_new(model, context.actor)
    if creates and relation.create and not within:
        _make_missing(context, name, relation)
    _find_in_trash(context, name, relation, same)
    _suggest(context, name, relation, within)
    context.execute(f"ANALYZE {table}")
    _refuse_unfound(context, name, model)


def _find_in_trash(context: Context, name: str, relation: Relation, same: str) -> None:
    """Mark the words that name no living record and one in the trash; `same` ties it to its owner."""
    model: Any = apps.get_model(relation.model)
    table = context.tables.relation(name)
    context.execute(f"ALTER TABLE {table} ADD in_trash boolean NOT NULL DEFAULT false")
    if not has_trash(model):
        return
    scope = scope_sql(model, context.actor, alive_only=False)
    seen = f" AND t.id IN ({scope[0]})" if scope else ""
    for field in relation.by:
        context.execute(
            f"UPDATE {table} v SET in_trash = true "
            f"FROM {connection.ops.quote_name(model._meta.db_table)} t "
            f"WHERE v.n = 0 AND t.{connection.ops.quote_name(field)} = v.value{same} "
            f"AND t.deleted_at IS NOT NULL{seen}",
            scope[1] if scope else [],
        )


# Candidates are looked for by hand, word by word: for the most frequent ones.
_SUGGESTED = 50


def _suggest(context: Context, name: str, relation: Relation, within: list[str]) -> None:
    """Say beside each word that names no record, or several, which ones it may mean."""
    table = context.tables.relation(name)
    context.execute(f"ALTER TABLE {table} ADD suggestion text")
    scopes = "".join(f", w_{other}" for other in within)
    open_ = context.rows(
        f"SELECT value{scopes} FROM {table} WHERE n <> 1 ORDER BY times DESC, value LIMIT %s",
        [_SUGGESTED],
    )
    finders: dict[tuple[Any, ...], CandidateFinder] = {}
    for value, *ids in open_:
        if None in ids:
            continue
        finder = finders.get(tuple(ids))
        if finder is None:
            queryset = records_of(relation, context.actor)
            for field, other in relation.within.items():
                if other in within:
                    queryset = queryset.filter(**{field: ids[within.index(other)]})
            finder = finders[tuple(ids)] = CandidateFinder(relation, queryset)
        said = "; ".join(str(candidate) for candidate in finder.candidates(value)[:3])
        same = "".join(f" AND w_{other} = %s" for other in within)
        context.execute(
            f"UPDATE {table} SET suggestion = %s WHERE value = %s{same}", [said, value, *ids]
        )


def _attname(model: Any, relation: Relation, other: str) -> str:
    field = next(key for key, value in relation.within.items() if value == other)
    return connection.ops.quote_name(model._meta.get_field(field).column)


def _spelling(text: str) -> str:
    return f"regexp_replace(lower({text}), '\\s+', ' ', 'g')"


def _make_missing(context: Context, name: str, relation: Relation) -> None:
    """Plan a new record for each word that finds none: one for all spellings that differ in case and
    spaces alone, and none for another spelling of a record that is there."""
    table, made = context.tables.relation(name), context.tables.made
    model: Any = apps.get_model(relation.model)
    scope = scope_sql(model, context.actor, alive_only=True)
    live = f"t.{connection.ops.quote_name(str(relation.create))}"
    context.execute(
        f"""
        INSERT INTO {made} (id, relation, value, number)
        SELECT DISTINCT ON ({_spelling("value")}) uuid7(), %s, value, number FROM {table}
        WHERE n = 0 AND {_spelling("value")} NOT IN (
            SELECT {_spelling(live)} FROM {connection.ops.quote_name(model._meta.db_table)} t
            WHERE {live} IS NOT NULL{alive(model, "t")}{f" AND t.id IN ({scope[0]})" if scope else ""})
        ORDER BY {_spelling("value")}, number
        """,
        [name, *(scope[1] if scope else [])],
    )
    context.execute(
        f"UPDATE {table} r SET id = m.id, n = 1 FROM {made} m "
        f"WHERE m.relation = %s AND r.n = 0 AND {_spelling('m.value')} = {_spelling('r.value')}",
        [name],
    )
    if any(field.attname == "slug" for field in model._meta.concrete_fields):
        context.execute(
            "CREATE OR REPLACE FUNCTION pg_temp.slug(t text) RETURNS text LANGUAGE sql "
            "IMMUTABLE AS "
            "$$ SELECT COALESCE(NULLIF(left(btrim(regexp_replace(lower(t), '[^a-z0-9]+', "
            "'-', 'g'), "
            "'-'), 180), ''), 'record') $$"
        )
        context.execute(f"UPDATE {made} SET slug = pg_temp.slug(value) WHERE relation = %s", [name])
        slugs.fill_made(
            context,
            relation=name,
            live=connection.ops.quote_name(model._meta.db_table),
            alive=alive(model, "o"),
        )


def _say(context: Context, name: str) -> str:
    """SQL of the message about a value; where the file has another word for it, of both."""
    message, word = f"format(%s, s.c_{name})", context.word(name, "s")
    if word == f"s.c_{name}":
        return message
    said = f"'“' || {word} || '” was matched to “' || s.c_{name} || '”. '"
    return f"CASE WHEN s.o_{name} IS NULL THEN '' ELSE {said} END || {message}"


def _telling_apart(relation: Relation | None) -> str:
    """Name the fields that tell such records apart: those that are looked at before the last one."""
    if relation is None or len(relation.by) < 2:
        return ""
    meta = apps.get_model(relation.model)._meta
    names = [meta.get_field(name).verbose_name for name in relation.by[:-1]]
    return f" Use the {' or the '.join(map(str, names))}."


def _refuse_unfound(context: Context, name: str, model: Any) -> None:
    column = context.columns[name]
    label = str(model._meta.verbose_name)
    missing = f"There is no {label} “%1$s”."
    in_trash = (
        f"The {label} “%1$s” is in the trash. Restore it and check again, or choose "
        f"another {label}."
    )
    ambiguous = f"More than one {label} is called “%1$s”.{_telling_apart(column.relation)}"
    for code, condition, message in (
        ("not_found", "r.n = 0 AND NOT r.in_trash", missing),
        ("in_trash", "r.n = 0 AND r.in_trash", in_trash),
        ("ambiguous", "r.n > 1", ambiguous),
    ):
        refuse(
            context,
            code=f"{name}:{code}",
            column=name,
            value=context.word(name, "s"),
            message=_say(context, name),
            params=[message],
            suggestion=f"r_{name}.suggestion",
            rows=(
                f"FROM {context.tables.stage} s {join_sql(context, through=name)} "
                f"WHERE s.problems IS NULL AND s.c_{name} <> '' AND "
                f"{condition.replace('r.', f'r_{name}.')}"
            ),
        )
    # Looked up within a record that was not found itself: said there, refused there.
    relation = column.relation
    if relation and any(other in context.relations for other in relation.within.values()):
        refuse(
            context,
            code=f"{name}:not_found",
            column=name,
            value=context.word(name, "s"),
            message=_say(context, name),
            params=[missing],
            rows=(
                f"FROM {context.tables.stage} s {join_sql(context, through=name)} "
                f"WHERE s.problems IS NULL AND s.c_{name} <> '' AND r_{name}.value IS NULL"
            ),
        )
