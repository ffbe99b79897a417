"""What a limited reader sees of the audit log: the entries about records in their scope.

The queryset of a model says by which fields a record is in somebody's scope (`scoped_by`), and its
history is limited by the same fields. A model whose queryset has a rule of its own (`for_staff`) shows
the history of the records that the rule finds now. Only a model without a queryset of ours, such as
the table of a many-to-many field, declares its fields in the app's `timeline.py`:

    timeline_scope(Flag.organizations.through, organization=organizations_of)

The history of an `unscoped` model (`apps.core.scope`) is visible to everyone who may read it. A model that
declares nothing is hidden from limited users, and `manage.py check` names it. An event is visible with
the record that it is about, and to the person who caused it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import QuerySet

from apps.audit.history_rows import HistoryRow
from apps.audit.models import Event
from apps.audit.timeline.conditions import Condition
from apps.audit.timeline.models import history_models, history_of
from apps.core.actors import PermissionHolder
from apps.core.model_meta import column_name
from apps.core.querysets import declares_scope
from apps.core.scope import ScopeKeys, in_keys, is_unscoped, is_wide, sees_everything

if TYPE_CHECKING:
    from apps.audit.timeline.positions import Branch

_declared: dict[type[models.Model], Mapping[str, ScopeKeys]] = {}


def timeline_scope(model: type[models.Model], **columns: ScopeKeys) -> None:
    """Declare the fields by which a history row of a model without a queryset of ours is in scope."""
    _declared[model] = columns


def scope_fields(model: type[models.Model]) -> Mapping[str, ScopeKeys]:
    """Return the fields by which a history row of `model` is in scope; none if nothing says so."""
    if model in _declared:
        return _declared[model]
    if not declares_scope(model):
        return {}
    manager: Any = getattr(model, "all_objects", model._default_manager)
    fields: Mapping[str, ScopeKeys] = getattr(type(manager.all()), "scoped_by", {})
    return fields or {model._meta.pk.name: lambda user: manager.for_staff(user).values("pk")}


def history_in_scope(model: type[models.Model], viewer: PermissionHolder) -> QuerySet[Any]:
    """Return the history rows of `model` that `viewer` may see."""
    history: Any = history_of(model)
    rows: QuerySet[Any] = history.objects.all()
    concrete: Any = model._meta.concrete_model
    if sees_everything(viewer) or is_unscoped(concrete):
        return rows
    fields = scope_fields(concrete)
    if not fields:
        return rows.none()
    return rows.filter(*(in_keys(name, keys(viewer), viewer) for name, keys in fields.items()))


def scoped(branches: Iterable["Branch"], viewer: PermissionHolder) -> Sequence["Branch"]:
    """Return the branches limited to what `viewer` may see of each; empty ones are left out."""
    if sees_everything(viewer):
        return list(branches)
    found = []
    for branch in branches:
        if branch.history is None:
            condition = _of_events(viewer)
        else:
            model = branch.history.instance_type
            if is_unscoped(model):
                found.append(branch)
                continue
            if not scope_fields(model):
                continue
            condition = _of_history(branch.history, viewer)
        if is_wide(viewer):
            found.append(replace(branch, tested=condition))
        else:
            narrowed = branch.where.and_(condition.sql, *condition.params)
            found.append(replace(branch, where=narrowed))
    return found


def change_sets_in_scope(keys: Iterable[Any], viewer: PermissionHolder) -> set[Any]:
    """Return those change sets with an entry that `viewer` may see, in one statement."""
    keys = list(keys)
    if sees_everything(viewer) or not keys:
        return set(keys)
    parts = [
        history_in_scope(model, viewer)
        .filter(change_set__in=keys)
        .order_by()
        .values_list("change_set_id", flat=True)
        for model in history_models()
        if is_unscoped(model) or scope_fields(model)
    ]
    condition = _of_events(viewer)
    events = _quote(Event._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT h.change_set_id FROM {events} h "  # noqa: S608
            f"WHERE h.change_set_id = ANY(%s) AND {condition.sql}",
            [keys, *condition.params],
        )
        visible = {key for (key,) in cursor.fetchall()}
    return visible | set(parts[0].union(*parts[1:])) if parts else visible


def _of_history(history: type[HistoryRow], viewer: PermissionHolder) -> Condition:
    condition = Condition("")
    for name, keys in scope_fields(history.instance_type).items():
        column = _quote(column_name(history, name))
        sql, params = _sql(keys(viewer))
        condition = condition.and_(_among(f"h.{column}", sql, viewer), *params)
    return condition


def _among(column: str, sql: str, viewer: PermissionHolder) -> str:
    """Return the condition that a column is among the keys of a query; see `apps.core.scope.in_keys`."""
    if is_wide(viewer):
        return f"EXISTS (SELECT 1 FROM ({sql}) AS seen(k) WHERE seen.k = {column} OFFSET 0)"  # noqa: S608
    return f"{column} = ANY(ARRAY({sql}))"


def _of_events(viewer: PermissionHolder) -> Condition:
    """An event is in scope if its record is, or if the reader did it."""
    parts = [
        "h.change_set_id IN (SELECT c.id FROM audit_changeset c"
        " WHERE c.actor_id = %s OR c.real_actor_id = %s)"
    ]
    params: list[Any] = [viewer.pk, viewer.pk]
    for model in history_models():
        if model._meta.auto_created or is_unscoped(model) or not scope_fields(model):
            continue
        manager: Any = getattr(model, "all_objects", model._default_manager)
        if not hasattr(manager.all(), "for_staff"):
            continue
        sql, given = _sql(manager.for_staff(viewer).values("pk"))
        kind = ContentType.objects.get_for_model(model).pk
        # The column holds the keys of all models; only those of this one can be read as such.
        key = f"(CASE WHEN h.target_type_id = {kind} THEN h.target_pk::{model._meta.pk.db_type(connection)} END)"
        parts.append(f"(h.target_type_id = {kind} AND {_among(key, sql, viewer)})")
        params += given
    return Condition(f"({' OR '.join(parts)})", tuple(params))


def _sql(keys: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    sql, params = keys.order_by().query.sql_with_params()
    return sql, tuple(params)


def _quote(name: str) -> str:
    return str(connection.ops.quote_name(name))
