"""Reverts a record to an earlier state, as an ordinary change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from apps.audit.context import audit_context
from apps.audit.timeline.history_scope import history_in_scope
from apps.audit.timeline.models import history_of
from apps.audit.timeline.record_names import CONCEALED, RecordNames
from apps.audit.timeline.registry import reversions
from apps.audit.timeline.values import EMPTY, Change, change
from apps.core import personal
from apps.core.actors import Actor, require
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.model_meta import argument_of, concrete_model, model_field
from apps.core.visibility import trashed_ancestor


@dataclass(frozen=True)
class Plan:
    """What a revert would do: each field now and then, and what prevents it."""

    row: Any
    changes: list[Change]
    # By field name: the earlier value; for a relation, the record.
    values: dict[str, Any]
    # Sentences about values that cannot be restored.
    obstacles: list[str]
    # The record's newest position, to detect changes after the preview.
    newest: int


def revert_plan(record: Model, position: int, actor: Actor) -> Plan | None:
    """Return what would change if `record` were reverted to its state at `position`.

    Returns None if it never had that state, or if `actor` cannot see that state.
    """
    model = concrete_model(record)
    viewer = None if isinstance(actor, str) else actor
    history = history_of(model)
    if history is None or model not in reversions:
        return None
    own = history.objects.filter(**{model._meta.pk.name: record.pk})
    seen = own if viewer is None else history_in_scope(model, viewer)
    row = seen.filter(history_id=position, **{model._meta.pk.name: record.pk}).first()
    newest = own.order_by("-history_id").values_list("history_id", flat=True).first()
    if row is None or newest is None:
        return None
    names = RecordNames(viewer)
    fields = [model_field(model, name) for name in reversions[model].fields]
    differing: list[Any] = [
        field for field in fields if getattr(record, field.attname) != getattr(row, field.attname)
    ]
    for each in (record, row):
        names.want_relations(each, tuple(differing))
    names.resolve()
    values: dict[str, Any] = {}
    changes: list[Change] = []
    obstacles: list[str] = []
    for field in differing:
        now, then = getattr(record, field.attname), getattr(row, field.attname)
        made = _as_readable(model, record, change(field, now, then, names))
        changes.append(made)
        values[field.name] = then
        if field.is_relation and then is not None:
            values[field.name] = found = _seen(field.related_model, actor).filter(pk=then).first()
            was = f"{made.label.capitalize()} was {made.after} then, and {made.after}"
            if found is None:
                obstacles.append(f"{was} no longer exists.")
            elif getattr(found, "is_deleted", False) or trashed_ancestor(found) is not None:
                obstacles.append(f"{was} is in the trash. Restore it first.")
    return Plan(row, changes, values, obstacles, newest)


def _as_readable(model: type[Model], record: Model, made: Change) -> Change:
    """Mask a personal value for readers who may not see it, and log its owner for others."""
    if made.field not in personal.personal_fields(model):
        return made
    if not personal.conceals():
        personal.disclose([record.pk])
        return made
    before, after = (text if text == EMPTY else CONCEALED for text in (made.before, made.after))
    return replace(made, before=before, after=after, words=())


def record_revert(
    *, record: Model, position: int, newest: int, actor: Actor, reason: str
) -> list[Change]:
    """Revert `record` to its state at `position`; return what changed.

    `newest` is the record's position in the confirmed preview. The caller has checked that `actor`
    may change this record.
    """
    if not reason.strip():
        raise DomainError("A reason is required.")
    require(actor, "audit.revert_record")
    with audit_context(actor=actor, reason=reason), transaction.atomic():
        model = concrete_model(record)
        locked = model._base_manager.select_for_update(no_key=True).filter(pk=record.pk).first()
        if locked is None:
            raise DomainError("This record no longer exists.")
        above = trashed_ancestor(locked)
        if above is not None:
            raise DomainError(
                f"It belongs to {above._meta.verbose_name} “{above}”, which is in the trash. "
                "Restore that first."
            )
        plan = revert_plan(locked, position, actor)
        if plan is None:
            raise DomainError("This state of the record isn't in the history.")
        if plan.newest != newest:
            raise DomainError("The record changed after this page was shown. Check it again.")
        if plan.obstacles:
            raise DomainError(" ".join(plan.obstacles))
        if not plan.changes:
            raise DomainError("Nothing would change. The record is already in this state.")
        service = reversions[model].by
        with _database_in_words():
            if service is None:
                _save(locked, plan.values)
            else:
                argument = {argument_of(locked): locked}
                service(**argument, **plan.values, actor=actor, reason=reason)
            # Check deferred constraints now: an error at the commit would come too late for a
            # sentence.
            connection.check_constraints()
        return plan.changes


def _seen(model: type[Model], actor: Actor) -> Any:
    """Return the records of `model` that `actor` may restore as a value."""
    everything = getattr(model, "all_objects", model._base_manager).all()
    for_actor = getattr(everything, "for_actor", None)
    return for_actor(actor) if for_actor else everything


def _save(record: Model, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    validated(record)
    record.save(update_fields=list(values))


@contextmanager
def _database_in_words() -> Iterator[None]:
    """Turn database refusals into a `DomainError`."""
    try:
        with refusals_in_words():
            yield
    except IntegrityError as refusal:
        diagnosis = getattr(refusal.__cause__, "diag", None)
        message = getattr(diagnosis, "message_primary", None) or "a rule of the data"
        raise DomainError(f"The database rejected it: {message}.") from refusal
