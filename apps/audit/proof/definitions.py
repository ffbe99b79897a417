"""Compares defaults, checks, types, and indexes with the models, not only by name.

PostgreSQL stores expressions in its own form, so the comparison happens there: each guarded table
is created again from its model, as an empty temporary table, and the definitions of both are
compared. The temporary tables are removed with their savepoint.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from apps.audit.history import added_constraints
from apps.audit.proof.guarded_tables import Guarded, guarded_tables
from apps.audit.proof.problems import Problem

# The tables of one schema, public or the temporary one, whose names are given.
_TABLES = """
    pg_class t WHERE t.relname = ANY(%s) AND t.relkind = 'r'
        AND t.relnamespace = CASE WHEN %s THEN pg_my_temp_schema() ELSE 'public'::regnamespace END
"""
_COLUMNS = f"""
    SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attcollation,
        pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum, {_TABLES}
        AND a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
"""
# A constraint that is not validated still checks new rows, which is enough here.
_CONSTRAINTS = f"""
    SELECT t.relname, k.conname, regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''), k.contype::text,
        ARRAY(
            SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey) ORDER BY 1
        )
    FROM pg_constraint k, {_TABLES} AND k.conrelid = t.oid AND k.contype IN ('c', 'u', 'x')
"""
_INDEXES = f"""
    SELECT t.relname, r.relname, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid, {_TABLES} AND i.indrelid = t.oid
        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
_PLACE = re.compile(r' ON (?:ONLY )?[\w".]+ USING ')


@dataclass
class Definitions:
    """PostgreSQL's definitions of the columns, constraints, and indexes of one table."""

    columns: dict[str, list[Any]] = field(default_factory=dict)
    constraints: list[list[Any]] = field(default_factory=list)
    indexes: dict[str, str] = field(default_factory=dict)


def check_definitions() -> Iterator[Problem]:
    """Report each column, constraint, and index whose definition differs from its declaration."""
    found: list[Problem] = []
    with transaction.atomic():
        guarded = guarded_tables()
        # Anything but a plain table has already been reported.
        stored = _definitions([table.name for table in guarded])
        tables = [table for table in guarded if table.name in stored]
        declared = _declared(tables)
        for table in tables:
            real, forms = stored[table.name], [form[table.name] for form in declared]
            found += _compare_columns(table, real, forms)
            found += _compare_constraints(table, real, forms)
            found += _compare_indexes(table, real, forms)
        transaction.set_rollback(True)
    yield from found


def _definitions(names: list[str], *, temporary: bool = False) -> dict[str, Definitions]:
    """Return the definitions of the plain tables among the names."""
    found: dict[str, Definitions] = defaultdict(Definitions)
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [names, temporary])
        for table, column, *rest in cursor.fetchall():
            found[table].columns[column] = rest
        cursor.execute(_CONSTRAINTS, [names, temporary])
        for table, *rest in cursor.fetchall():
            found[table].constraints.append(rest)
        cursor.execute(_INDEXES, [names, temporary])
        for table, index, definition in cursor.fetchall():
            found[table].indexes[index] = definition
    return found


def _compare_columns(
    table: Guarded, real: Definitions, forms: list[Definitions]
) -> Iterator[Problem]:
    fields = {str(each.column): each for each in table.model._meta.local_concrete_fields}
    for name in real.columns.keys() & fields.keys():
        *kind, default = real.columns[name]
        is_auto = isinstance(fields[name], models.AutoField)
        if not is_auto and kind != list(forms[0].columns[name][:2]):
            yield Problem("column", table.name, f"column {name} has a different type than declared")
        declared = {form.columns[name][2] for form in forms}
        # One that is declared nowhere has been named already.
        if None not in declared and default not in declared:
            yield Problem("column", table.name, f"column {name} has the default {default}")


def _compare_constraints(
    table: Guarded, real: Definitions, forms: list[Definitions]
) -> Iterator[Problem]:
    by_name: dict[str, set[str]] = defaultdict(set)
    # Only the migration knows the names that Django gives to a field's constraints.
    by_columns: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for form in forms:
        for name, definition, kind, columns in form.constraints:
            by_name[name].add(definition)
            by_columns[kind, *columns].add(definition)
    for name, definition, kind, columns in real.constraints:
        declared = by_name.get(name) or by_columns.get((kind, *columns))
        # One that is declared nowhere has been named already.
        if declared and definition not in declared:
            yield Problem(
                "constraint", table.name, f"constraint {name} differs from its declaration"
            )
    there = {name for name, *_ in real.constraints}
    for name in sorted(by_name.keys() & _named(table) - there):
        yield Problem("constraint", table.name, f"constraint {name} is missing")


def _compare_indexes(
    table: Guarded, real: Definitions, forms: list[Definitions]
) -> Iterator[Problem]:
    for name in sorted(forms[0].indexes.keys() & _named(table)):
        declared = {_PLACE.sub(" ", form.indexes[name]) for form in forms}
        if name not in real.indexes:
            yield Problem("index", table.name, f"index {name} is missing")
        elif _PLACE.sub(" ", real.indexes[name]) not in declared:
            yield Problem("index", table.name, f"index {name} differs from its declaration")


def _named(table: Guarded) -> set[str]:
    return {each.name for each in (*_constraints_of(table), *table.model._meta.indexes)}


def _constraints_of(table: Guarded) -> list[Any]:
    added = [each for name, each in added_constraints if name == table.name]
    return [*table.model._meta.constraints, *added]


def _declared(tables: list[Guarded]) -> list[dict[str, Definitions]]:
    """Return the models' definitions, and their form after a dump and restore, which differs."""
    names = [table.name for table in tables]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute("; ".join(_making(table)))
        made = _definitions(names, temporary=True)
        for name, definitions in made.items():
            cursor.execute("; ".join(["SELECT 1", *_restoring(f'pg_temp."{name}"', definitions)]))
    return [made, _definitions(names, temporary=True)]


def _restoring(name: str, made: Definitions) -> Iterator[str]:
    """Yield the statements that write each definition once more, in PostgreSQL's own words."""
    for column, (*_, default) in made.columns.items():
        if default is not None:
            yield f'ALTER TABLE {name} ALTER "{column}" SET DEFAULT {default}'
    for constraint, definition, kind, _ in made.constraints:
        if kind == "c":
            change = f'DROP CONSTRAINT "{constraint}", ADD CONSTRAINT "{constraint}"'
            yield f"ALTER TABLE {name} {change} {definition}"
    for index, definition in made.indexes.items():
        yield f'DROP INDEX pg_temp."{index}"; {definition}'


def _making(table: Guarded) -> list[str]:
    """Return what makes the model's table as a temporary one, which hides the real one until the rollback."""
    quote = connection.ops.quote_name
    model: Any = table.model
    with connection.schema_editor(atomic=False) as editor:
        parts = [_column(field, editor) for field in model._meta.local_concrete_fields]
        for names in model._meta.unique_together:
            together = [quote(model._meta.get_field(name).column) for name in names]
            parts.append(f"UNIQUE ({', '.join(together)})")
        added = [
            str(each.create_sql(model, editor))
            for each in (*_constraints_of(table), *model._meta.indexes)
        ]
        # Foreign keys are compared elsewhere.
        editor.deferred_sql.clear()
    return [f"CREATE TEMP TABLE {quote(table.name)} ({', '.join(parts)})", *added]


def _column(field: models.Field, editor: BaseDatabaseSchemaEditor) -> str:
    quote = connection.ops.quote_name
    parameters = field.db_parameters(connection)
    parts: list[str] = [quote(str(field.column)), str(parameters["type"])]
    if parameters.get("collation"):
        parts.append(f"COLLATE {quote(str(parameters['collation']))}")
    if field.has_db_default():
        default, values = editor.db_default_sql(field)
        parts.append(f"DEFAULT {default % tuple(map(editor.quote_value, values))}")
    if parameters["check"]:
        parts.append(f"CHECK ({parameters['check']})")
    if field.unique and not field.primary_key:
        parts.append("UNIQUE")
    return " ".join(parts)
