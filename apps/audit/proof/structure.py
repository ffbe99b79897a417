"""Checks that the guarded tables are the plain tables that their models declare, with nothing
added.

A rule, a policy, a child table, a default, or a constraint can swallow, hide, or forge rows without
touching a trigger.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection, models

from apps.audit.history import added_constraints
from apps.audit.proof.guarded_tables import Guarded, guarded_names, guarded_tables
from apps.audit.proof.problems import Problem

_KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table", "p": "partitioned"}
_INTEGERS = {20, 23}  # The ids of bigint and integer, the same on every server.
# What is attached to a table and that no model of ours declares: the kind, the query, the sentence.
_ATTACHED = (
    (
        "rule",
        "SELECT c.relname, r.rulename::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class"
        " WHERE c.relname = ANY(%s)",
        "rule {} is not declared",
    ),
    (
        "policy",
        "SELECT c.relname, p.polname::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
        " WHERE c.relname = ANY(%s)",
        "policy {} is not declared",
    ),
    (
        "policy",
        "SELECT relname, CASE WHEN relforcerowsecurity THEN 'forced' ELSE 'enabled' END FROM pg_class"
        " WHERE relname = ANY(%s) AND (relrowsecurity OR relforcerowsecurity)",
        "row level security is {}",
    ),
    (
        "inheritance",
        "SELECT c.relname, i.inhrelid::regclass::text FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhparent WHERE c.relname = ANY(%s)",
        "table {} inherits from it",
    ),
    (
        "inheritance",
        "SELECT c.relname, i.inhparent::regclass::text FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relname = ANY(%s) AND c.relkind <> 'i'",
        "it inherits from table {}",
    ),
)


def check_structure() -> Iterator[Problem]:
    yield from _check_relations()
    for kind, query, sentence in _ATTACHED:
        for table, what in _rows(query, [guarded_names()]):
            yield Problem(kind, table, sentence.format(what))
    columns, constraints, indexes = _columns(), _constraints(), _indexes()
    for table in guarded_tables():
        yield from _check_columns(table, columns.get(table.name, []))
        yield from _check_constraints(table, constraints.get(table.name, []))
        yield from _check_indexes(table, indexes.get(table.name, []))


def _check_relations() -> Iterator[Problem]:
    """Check that each name is the one plain table of the schema `public`, for every session."""
    found: dict[str, list[Any]] = {}
    for name, schema, kind, persistence, is_meant in _rows(
        """
        SELECT c.relname, n.nspname, c.relkind, c.relpersistence,
            c.oid IS NOT DISTINCT FROM to_regclass(quote_ident(c.relname))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = ANY(%s)
        """,
        [guarded_names()],
    ):
        found.setdefault(name, []).append((schema, kind, persistence, is_meant))
    for name in guarded_names():
        there = found.get(name, [])
        if not any(schema == "public" for schema, *_ in there):
            yield Problem("table", name, "the table is missing")
        for schema, kind, persistence, is_meant in there:
            if schema != "public":
                yield Problem("table", name, f"schema {schema} has a relation of the same name")
            elif kind != "r":
                yield Problem(
                    "table", name, f"it is {_KINDS.get(kind, kind)} and not a plain table"
                )
            elif persistence != "p":
                yield Problem("table", name, "it is unlogged or temporary")
            elif not is_meant:
                yield Problem("table", name, "the search path finds another relation of this name")


def _columns() -> dict[str, list[Any]]:
    return _by_table(
        """
        SELECT c.relname, a.attname, a.atttypid, a.attnotnull, a.attidentity::text,
            a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname = ANY(%s)
            AND c.relnamespace = 'public'::regnamespace
        """
    )


def _check_columns(table: Guarded, found: list[Any]) -> Iterator[Problem]:
    fields: dict[str, Any] = {
        str(field.column): field for field in table.model._meta.local_concrete_fields
    }
    types = _types(fields)
    for name, type_id, not_null, identity, generated, default in found:
        field = fields.pop(name, None)
        if field is None:
            yield Problem("column", table.name, f"column {name} is not declared")
            continue
        declared_default = field.has_db_default() or field.generated
        if default is not None and not declared_default:
            yield Problem("column", table.name, f"column {name} has the default {default}")
        if bool(generated) != field.generated:
            yield Problem(
                "column", table.name, f"column {name} is generated differently than declared"
            )
        if bool(identity) != isinstance(field, models.AutoField):
            yield Problem(
                "column", table.name, f"column {name} is numbered differently than declared"
            )
        if type_id not in types[name] or (not_null == field.null and not field.generated):
            yield Problem("column", table.name, f"column {name} has a different type than declared")
    for name in fields:
        yield Problem("column", table.name, f"column {name} is missing")


def _types(fields: dict[str, Any]) -> dict[str, set[int]]:
    """Return the IDs of the types that each column may have."""
    names = [field.db_type(connection) for field in fields.values()]
    query = (
        "SELECT ARRAY(SELECT t::regtype::oid::int"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS n (t, i) ORDER BY i)"
    )
    ((ids,),) = _rows(query, [names])
    types = {name: {type_id} for name, type_id in zip(fields, ids, strict=True)}
    for name, field in fields.items():
        if isinstance(field, models.AutoField):
            # Some packages' models say "integer", but their migrations created the column with
            # our default.
            types[name] |= _INTEGERS
    return types


def _constraints() -> dict[str, list[Any]]:
    return _by_table(
        """
        SELECT c.relname, k.conname, k.contype::text, k.confupdtype::text, k.confdeltype::text,
            k.confrelid::regclass::text, ARRAY(
                SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey) ORDER BY a.attname
            )
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace
            AND k.contype IN ('c', 'f', 'p', 'u', 'x')
        """
    )


def _check_constraints(table: Guarded, found: list[Any]) -> Iterator[Problem]:
    opts: Any = table.model._meta
    named = {constraint.name for constraint in opts.constraints}
    named |= {each.name for name, each in added_constraints if name == table.name}
    unique = [
        {str(opts.get_field(name).column) for name in names} for names in opts.unique_together
    ]
    unique += [{str(field.column)} for field in opts.local_concrete_fields if field.unique]
    keys = {
        (str(field.column), field.remote_field.model._meta.db_table)
        for field in opts.local_concrete_fields
        if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True)
    }
    checked = [
        {str(field.column)} for field in opts.local_concrete_fields if field.db_check(connection)
    ]
    for name, kind, on_update, on_delete, target, columns in found:
        if name in named:
            continue
        if kind == "f":
            if (on_update, on_delete) != ("a", "a"):
                yield Problem(
                    "constraint", table.name, f"foreign key {name} changes or deletes rows"
                )
            elif len(columns) != 1 or (columns[0], target) not in keys:
                yield Problem("constraint", table.name, f"foreign key {name} is not declared")
        elif set(columns) not in {"p": unique, "u": unique, "c": checked}.get(kind, []):
            yield Problem("constraint", table.name, f"constraint {name} is not declared")


def _indexes() -> dict[str, list[Any]]:
    """Return the indexes that can refuse a row or run a function: unique, expression, and partial ones."""
    return _by_table(
        """
        SELECT c.relname, i.indexrelid::regclass::text
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace
            AND (i.indisunique OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        """
    )


def _check_indexes(table: Guarded, found: list[Any]) -> Iterator[Problem]:
    opts = table.model._meta
    named = {each.name for each in (*opts.indexes, *opts.constraints)}
    for (name,) in found:
        if name.strip('"') not in named:
            yield Problem("index", table.name, f"index {name} is not declared")


def _by_table(query: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for table, *rest in _rows(query, [guarded_names()]):
        found.setdefault(table, []).append(rest)
    return found


def _rows(query: str, params: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        rows: list[Any] = cursor.fetchall()
        return rows
