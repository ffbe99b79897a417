"""A bulk action on few records, within the request: the same decisions and the same statements as a job."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from apps.bulk.actions import BulkAction, Values
from apps.bulk.engine.halving import each_or_all
from apps.bulk.engine.writing import lock_records, notes_of, write
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.wording import counted

# More records than this are changed by a job.
MOST_AT_ONCE = 200


@dataclass
class Outcome:
    """How many records were changed, and why the others were not, by key."""

    changed: int = 0
    skipped: dict[UUID, str] = field(default_factory=dict)


def apply_now(
    *, action: BulkAction, records: QuerySet[Any], values: Values, actor: Actor, reason: str = ""
) -> Outcome:
    """Change these records now, except those that the action skips or the database refuses."""
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
        skipped = {key: note for key, (_, note) in notes.items() if note}

        def act(chosen: Sequence[UUID]) -> None:
            write(action, list(chosen), values, actor=actor, reason=reason)

        refused = each_or_all(todo, act)
        return Outcome(len(todo) - len(refused), skipped | refused)


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
