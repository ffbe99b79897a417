"""Refuses rows whose cells name no record or several, and suggests records."""

from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composable, Literal

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import RunContext, scope_sql
from apps.transfers.engine.lookup.refusals import refuse
from apps.transfers.engine.lookup.relation_joins import join_sql, line_of
from apps.transfers.engine.match.candidates import CandidateFinder, records_of
from apps.transfers.engine.schema import RelationLine, StageRow
from apps.transfers.engine.sql import (
    and_,
    column_of,
    comma,
    execute,
    has_trash,
    rows,
    table_of,
)

_STAGED = StageRow("s")
# Candidates are searched word by word, only for the most frequent words.
_SUGGESTED = 50
_NO_SUGGESTION = SQL("''")


def find_in_trash(context: RunContext, name: str, relation: Relation, same: Composable) -> None:
    """Mark the words that name only a record in the trash; `same` limits it to its owner."""
    model: Any = apps.get_model(relation.model)
    table = context.tables.relation(name)
    execute(SQL("ALTER TABLE {} ADD in_trash boolean NOT NULL DEFAULT false").format(table))
    if not has_trash(model):
        return
    scope = scope_sql(model, context.actor)
    for field in relation.by:
        execute(
            SQL(
                "UPDATE {table} v SET in_trash = true FROM {live} t "
                "WHERE v.n = 0 AND t.{field} = v.value{same} AND t.deleted_at IS NOT NULL{seen}"
            ).format(
                table=table,
                live=table_of(model),
                field=column_of(model, field),
                same=same,
                seen=and_(SQL("t.id IN ({})").format(scope) if scope else None),
            )
        )


def suggest(context: RunContext, name: str, relation: Relation, within: list[str]) -> None:
    """Add suggestions to each word that names no record, or several."""
    table, line = context.tables.relation(name), RelationLine("")
    execute(SQL("ALTER TABLE {} ADD suggestion text").format(table))
    open_ = rows(
        SQL("SELECT {} FROM {} WHERE n <> 1 ORDER BY times DESC, value LIMIT {}").format(
            comma([SQL("value"), *map(line.within, within)]), table, Literal(_SUGGESTED)
        )
    )
    finders: dict[tuple[Any, ...], CandidateFinder] = {}
    for value, *ids in open_:
        if None in ids:
            continue
        finder = finders.get(tuple(ids))
        if finder is None:
            owners = dict(zip(within, ids, strict=True))
            queryset = records_of(relation, context.actor).filter(
                **{
                    field: owners[other]
                    for field, other in relation.within.items()
                    if other in owners
                }
            )
            finder = finders[tuple(ids)] = CandidateFinder(relation, queryset)
        suggestion = "; ".join(str(candidate) for candidate in finder.candidates(value)[:3])
        same = SQL("").join(
            SQL(" AND {} = {}").format(line.within(other), Literal(key))
            for other, key in zip(within, ids, strict=True)
        )
        execute(
            SQL("UPDATE {} SET suggestion = {} WHERE value = {}{}").format(
                table, Literal(suggestion), Literal(value), same
            )
        )


def refuse_unfound(context: RunContext, name: str, relation: Relation) -> None:
    model: Any = apps.get_model(relation.model)
    label = str(model._meta.verbose_name)
    line = line_of(name)
    missing = f"There is no {label} “%1$s”."
    in_trash = f"The {label} “%1$s” is in the trash. Restore it and check again, or choose another {label}."
    ambiguous = f"More than one {label} is called “%1$s”.{_telling_apart(relation)}"
    n, trashed = line.column("n"), line.column("in_trash")
    for code, condition, message in (
        ("not_found", SQL("{} = 0 AND NOT {}").format(n, trashed), missing),
        ("in_trash", SQL("{} = 0 AND {}").format(n, trashed), in_trash),
        ("ambiguous", SQL("{} > 1").format(n), ambiguous),
    ):
        _refuse(context, name, code, condition, message, suggestion=line.column("suggestion"))
    if any(other in context.relations for other in relation.within.values()):
        # Looked up within a record that was not found: it was reported there, and the row is
        # refused here, too.
        _refuse(context, name, "not_found", SQL("{} IS NULL").format(line.column("value")), missing)


def _refuse(
    context: RunContext,
    name: str,
    code: str,
    condition: Composable,
    message: str,
    suggestion: Composable = _NO_SUGGESTION,
) -> None:
    """Refuse the rows with a word in the column whose line matches the condition."""
    refuse(
        context,
        code=f"{name}:{code}",
        column=name,
        row="s",
        value=context.word(name, _STAGED),
        message=_sentence(context, name, message),
        suggestion=suggestion,
        rows=SQL(
            "FROM {stage} s {joins} WHERE s.problems IS NULL AND {cell} <> '' AND {condition}"
        ).format(
            stage=context.tables.stage,
            joins=join_sql(context, through=name),
            cell=_STAGED.cell(name),
            condition=condition,
        ),
    )


def _sentence(context: RunContext, name: str, message: str) -> Composable:
    """SQL of the message about a value; if the file has another word for it, with both."""
    cell = _STAGED.cell(name)
    sentence = SQL("format({}, {})").format(Literal(message), cell)
    if name not in context.worded:
        return sentence
    return SQL(
        "CASE WHEN {word} IS NULL THEN '' "
        "ELSE '“' || {word} || '” was matched to “' || {cell} || '”. ' END || {sentence}"
    ).format(word=_STAGED.word(name), cell=cell, sentence=sentence)


def _telling_apart(relation: Relation) -> str:
    """Name the fields that distinguish such records: those that are tried before the last one."""
    if len(relation.by) < 2:
        return ""
    meta = apps.get_model(relation.model)._meta
    names = [meta.get_field(name).verbose_name for name in relation.by[:-1]]
    return f" Use the {' or the '.join(map(str, names))}."
