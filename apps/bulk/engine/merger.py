"""Merges two records, and undoes a merge. Each is one transaction: all of it, or nothing."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Count, Model
from psycopg.sql import SQL, Identifier, Literal

from apps.audit.context import audit_context
from apps.bulk.change_sources import MERGE, MERGE_RUN, MERGE_UNDO
from apps.bulk.engine.merge_work import MergeWork, remembered
from apps.bulk.engine.versions import version_of
from apps.bulk.merge_rules import MOVE, REFUSE, MergeKind, merge_kind, relations_to
from apps.bulk.models import Merge
from apps.core.actors import Actor, PermissionHolder, require
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError
from apps.core.model_meta import model_field
from apps.holds.guarded import is_guarded
from apps.holds.selectors import is_held

GONE = "One of the two records no longer exists, or is outside your scope."


def merge_records(merge: Merge) -> None:
    """Move what belongs to the dropped record, and take that out of use. The caller holds a transaction."""
    actor = person_now(merge.user)
    kind = merge_kind(merge.model)
    with merge_audited(merge), refusals_in_words():
        kept, dropped = lock_both(kind, merge.kept, merge.dropped, actor)
        refuse_merge(kind, kept, dropped, actor)
        work = MergeWork(merge, kept, dropped)
        taken = {name: getattr(dropped, name) for name in merge.taken if name in kind.fields}
        kind.drop(work, actor=actor, reason=merge.reason)
        for relation in relations_to(merge.model):
            if relation.what != MOVE:
                continue
            if relation.settle is not None:
                relation.settle(work, relation.of(dropped))
            # What is settled refers to the kept record by now, or is gone.
            work.change(relation.to_move(kept, dropped), **{relation.field: kept})
        if taken:
            work.change(kind.records._base_manager.filter(pk=kept.pk), **taken)
        check_deferred()
    counts = merge.rows.order_by().values_list("model").annotate(number=Count("pk"))
    merge.results = {"rows": dict(counts)}


def undo_merge(merge: Merge) -> int:
    """Give every row back what it held, if it is still as the merge left it; return how many were kept."""
    if merge.undo_user is None:
        raise DomainError("Nobody asked for an undo.")
    actor = person_now(merge.undo_user)
    kind = merge_kind(merge.model)
    with undo_audited(merge), refusals_in_words():
        require(actor, kind.permission)
        kind.refuse(actor)
        lock_both(kind, merge.kept, merge.dropped, actor, in_use=False)
        for why in kind.revive_obstacles(merge):
            raise DomainError(why)
        groups = list(_groups(merge))
        for label, columns in groups:
            _restore(merge, label, columns)
        _insert_deleted(merge)
        check_deferred()
    kept = merge.rows.filter(is_undone=None).update(is_undone=False)
    merge.results = merge.results | {
        "undone": merge.rows.filter(is_undone=True).count(),
        "left": kept,
    }
    return int(kept)


def lock_both(
    kind: MergeKind[Any], kept: UUID, dropped: UUID, actor: Actor, *, in_use: bool = True
) -> tuple[Any, Any]:
    """Lock the two records and return them as they are now; raises DomainError out of the actor's scope."""
    kind.lock([kept, dropped])
    model: Any = kind.records
    rows: Any = (
        model.objects.all() if in_use else getattr(model, "all_objects", model.objects).all()
    )
    seen = rows.for_actor(actor).filter(pk__in=[kept, dropped]).values("pk")
    found = {
        each.pk: each
        for each in model._base_manager.select_for_update(no_key=True)
        .filter(pk__in=list(seen.values_list("pk", flat=True)))
        .order_by("pk")
    }
    if len(found) != 2:
        raise DomainError(GONE)
    return found[kept], found[dropped]


def refuse_merge(kind: MergeKind[Any], kept: Model, dropped: Model, actor: Actor) -> None:
    """Raise the first reason why `actor` can't merge these two."""
    require(actor, kind.permission)
    kind.refuse(actor)
    for why in obstacles_of(kind, kept, dropped, actor):
        raise DomainError(why)


def obstacles_of(kind: MergeKind[Any], kept: Model, dropped: Model, actor: Actor) -> Iterator[str]:
    yield from kind.obstacles(kept, dropped, actor)
    model = kind.records
    if is_guarded(model) and model._base_manager.filter(is_held(model), pk=dropped.pk).exists():
        yield f"{dropped} is under legal hold, or something that belongs to it is. Lift the hold first."
    for relation in relations_to(kind.model):
        if relation.what == REFUSE and relation.of(dropped).exists():
            yield relation.told


def person_now(user: PermissionHolder) -> Any:
    return get_user_model()._default_manager.get(pk=user.pk)


def merge_audited(merge: Merge) -> AbstractContextManager[None]:
    return audit_context(
        actor=merge.user,
        real_actor=merge.real_user,
        reason=merge.reason,
        source=MERGE,
        run=(MERGE_RUN, merge.pk),
    )


def undo_audited(merge: Merge) -> AbstractContextManager[None]:
    return audit_context(
        actor=merge.undo_user,
        real_actor=merge.undo_real_user,
        reason=merge.undo_reason,
        source=MERGE_UNDO,
        run=(MERGE_RUN, merge.pk),
    )


def check_deferred() -> None:
    """Check deferred constraints here, where a refusal becomes a sentence."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _groups(merge: Merge) -> Iterator[tuple[str, list[str]]]:
    """Yield which columns of which model were overwritten; the kept record first, whose values may be taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT model, (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(before) k) "
            "FROM bulk_mergedrow WHERE merge_id = %s AND version IS NOT NULL",
            [merge.pk],
        )
        found = cursor.fetchall()
    yield from sorted(found, key=lambda group: (group[0] != merge.model, "deleted_at" in group[1]))


def _restore(merge: Merge, label: str, columns: list[str]) -> None:
    model = apps.get_model(label)
    fields: Any = {field.column: field for field in model._meta.concrete_fields}
    sets = SQL(", ").join(
        SQL("{c} = (r.before->>{n})::{t}").format(
            c=Identifier(column), n=Literal(column), t=SQL(fields[column].db_type(connection))
        )
        for column in columns
    )
    same = remembered(model, merge).annotate(bulk_version=version_of(model))
    sql, params = same.values_list("pk", "bulk_version").query.sql_with_params()
    pk = model_field(model, model._meta.pk.name)
    statement = SQL(
        "WITH now(key, version) AS MATERIALIZED (SELECT * FROM ({now}) AS n), back AS ("
        "UPDATE {table} t SET {sets} FROM bulk_mergedrow r, now "
        "WHERE t.{pk} = now.key AND r.key = now.key::text AND r.version = now.version "
        "AND r.merge_id = {merge} AND r.model = {label} AND r.is_undone IS NULL "
        "AND (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(r.before) k) = {columns} "
        "RETURNING r.id) "
        "UPDATE bulk_mergedrow SET is_undone = true WHERE id IN (SELECT id FROM back)"
    )
    with connection.cursor() as cursor:
        text = statement.format(
            now=SQL("\0"),
            table=Identifier(model._meta.db_table),
            sets=sets,
            pk=Identifier(str(pk.column)),
            merge=Literal(merge.pk),
            label=Literal(label),
            columns=Literal(columns),
        ).as_string(cursor.cursor)
        cursor.execute(text.replace("%", "%%").replace("\0", sql), params)


def _insert_deleted(merge: Merge) -> None:
    """Insert the deleted rows again, with their keys, unless there is such a row by now."""
    deleted = merge.rows.filter(version=None, is_undone=None)
    for label in set(deleted.values_list("model", flat=True)):
        model = apps.get_model(label)
        columns = [field.column for field in model._meta.concrete_fields if not field.generated]
        names = SQL(", ").join(map(Identifier, columns))
        with connection.cursor() as cursor:
            cursor.execute(
                SQL(
                    "WITH again AS (INSERT INTO {table} ({names}) SELECT {names} FROM ("
                    "SELECT (jsonb_populate_record(NULL::{table}, before)).* FROM bulk_mergedrow "
                    "WHERE merge_id = {merge} AND model = {label} AND version IS NULL) AS gone "
                    "ON CONFLICT DO NOTHING RETURNING {pk}::text AS key) "
                    "UPDATE bulk_mergedrow r SET is_undone = true FROM again "
                    "WHERE r.merge_id = {merge} AND r.model = {label} AND r.key = again.key"
                ).format(
                    table=Identifier(model._meta.db_table),
                    names=names,
                    merge=Literal(merge.pk),
                    label=Literal(label),
                    pk=Identifier(str(model._meta.pk.column)),
                )
            )
