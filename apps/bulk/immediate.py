"""A bulk action on few records, within the request: the same decisions and the same statements as a job.

An action on several records leaves a `BulkRun` behind, as a job does, so that it can be undone as one. An
action on one record leaves its history alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.utils import timezone

from apps.audit.context import real_actor_id
from apps.bulk.actions import BulkAction, Values
from apps.bulk.engine import items as item_writes
from apps.bulk.engine.applier import write_items
from apps.bulk.engine.context import audited
from apps.bulk.engine.events import record_applied
from apps.bulk.engine.halving import each_or_all
from apps.bulk.engine.writing import lock_records, notes_of, write
from apps.bulk.models import BulkItem, BulkRun
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.wording import counted

# More records than this are changed by a job.
MOST_AT_ONCE = 200

type Notes = Mapping[UUID, tuple[int, str]]


@dataclass
class Outcome:
    """How many records were changed, and why the others were not, by key; and the run that can be undone."""

    changed: int = 0
    skipped: dict[UUID, str] = field(default_factory=dict)
    run: BulkRun | None = None


def apply_now(
    *,
    action: BulkAction,
    records: QuerySet[Any],
    values: Values,
    actor: Actor,
    reason: str = "",
    arguments: dict[str, list[str]] | None = None,
) -> Outcome:
    """Change these records now, except those that the action skips or the database refuses.

    `arguments` are the posted fields that `values` were made of, for the page of the run.
    """
    require(actor, action.permission)
    action.refuse(actor)
    with acting_as(actor=actor, reason=reason):
        keys = list(records.order_by().values_list("pk", flat=True))
        lock_records(action, keys)
        # Read again under the locks: what the list showed may have changed, and what the actor may do.
        actor = _as_now(actor)
        require(actor, action.permission)
        action.refuse(actor)
        notes = notes_of(records.filter(pk__in=keys), action, values, actor)
        todo = [key for key in keys if key in notes and not notes[key][1]]
        outcome = Outcome(len(todo), {key: note for key, (_, note) in notes.items() if note})
        if len(todo) > 1 and isinstance(actor, get_user_model()):
            outcome.run = _begun(action, notes, arguments or {}, actor, reason)
            refused = _write_as_run(outcome.run, action, todo, values, actor)
        else:
            refused = _write_alone(action, todo, values, actor, reason)
        outcome.changed -= len(refused)
        outcome.skipped |= refused
        return outcome


def _write_alone(
    action: BulkAction, todo: list[UUID], values: Values, actor: Actor, reason: str
) -> dict[UUID, str]:
    def act(chosen: Sequence[UUID]) -> None:
        write(action, list(chosen), values, actor=actor, reason=reason)

    return each_or_all(todo, act)


def _begun(
    action: BulkAction, notes: Notes, arguments: dict[str, list[str]], user: Model, reason: str
) -> BulkRun:
    """Record the run as confirmed now, with an item for each record."""
    now = timezone.now()
    skipped = Counter(note for _, note in notes.values() if note)
    run = BulkRun.objects.create(
        action=action.code,
        model=action.model,
        state=BulkRun.State.APPLIED,
        query={"query": "", "keys": [str(key) for key in notes]},
        arguments=arguments,
        reason=reason,
        plan={
            "total": len(notes),
            "change": len(notes) - skipped.total(),
            "skipped": [[note, number] for note, number in skipped.most_common()],
            "summary": [],
        },
        rows_to_do=len(notes) - skipped.total(),
        planned_at=now,
        confirmed_at=now,
        started_at=now,
        ended_at=now,
        user_id=user.pk,
        real_user_id=real_actor_id(),
    )
    planned, left = BulkItem.Outcome.PLANNED, BulkItem.Outcome.SKIPPED
    BulkItem.objects.bulk_create(
        BulkItem(run=run, key=key, version=version, note=note, outcome=left if note else planned)
        for key, (version, note) in notes.items()
    )
    return run


def _write_as_run(
    run: BulkRun, action: BulkAction, todo: list[UUID], values: Values, actor: Actor
) -> dict[UUID, str]:
    planned = run.items.filter(outcome=BulkItem.Outcome.PLANNED)
    keys = dict(planned.order_by("id").values_list("id", "key"))
    with audited(run):
        refused = write_items(action, list(keys.items()), values, actor=actor, reason=run.reason)
        item_writes.note_items(refused, BulkItem.Outcome.LEFT)
        changed = len(keys) - len(refused)
        run.results = {"changed": changed, "left": len(refused), "refused": len(refused)}
        run.rows_done = len(keys)
        if refused:
            run.state = BulkRun.State.APPLIED_IN_PART
        run.save(update_fields=["results", "rows_done", "state"])
        if changed:
            record_applied(run)
    return {keys[pk]: why for pk, why in refused.items()}


def _as_now(actor: Actor) -> Actor:
    model = get_user_model()
    return model._default_manager.get(pk=actor.pk) if isinstance(actor, model) else actor


def message_of(action: BulkAction, outcome: Outcome) -> str:
    """Return the sentence of the result. Raises DomainError if nothing changed."""
    reasons = Counter(outcome.skipped.values())
    if not outcome.changed:
        told = " ".join(reasons) or "The records no longer exist."
        raise DomainError(told if len(outcome.skipped) <= 1 else f"Nothing changed. {told}")
    return " ".join([action.result(outcome.changed), *skipped_sentences(action, reasons)])


def skipped_sentences(action: BulkAction, reasons: Mapping[str, int]) -> list[str]:
    return [
        f"{counted(number, action.records)} {'is' if number == 1 else 'are'} left alone: {reason}"
        for reason, number in reasons.items()
    ]
