"""Applies a plan chunk by chunk. Each chunk is one transaction, which also says what became of it."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Now

from apps.bulk.actions import BulkAction, Values
from apps.bulk.engine import items as item_writes
from apps.bulk.engine.context import RunContext, action_of, audited, context_of
from apps.bulk.engine.halving import each_or_all
from apps.bulk.engine.writing import lock_records, notes_of, write
from apps.bulk.models import BulkItem, BulkRun
from apps.core.actors import Actor
from apps.core.errors import DomainError

CHUNK = 1_000
# Each refusal by the database costs transactions; this many mean that something is wrong.
_MOST_REFUSED = 500
GONE = "It is no longer in the list that was planned, or is outside your scope now."
CHANGED_SINCE = "It was changed after the plan was made."
Outcome = BulkItem.Outcome


def apply_chunk(run: BulkRun) -> bool:
    """Apply the next records of the plan; return whether there were any.

    Raises what `Job.hold` raises, and DomainError if the user may no longer do this.
    """
    with run.hold(), audited(run):
        planned = run.items.filter(outcome=Outcome.PLANNED).order_by("id")
        chunk = list(planned.values_list("id", "key", "version")[:CHUNK])
        if chunk:
            lock_records(action_of(run), [key for _, key, _ in chunk])
            # What the user may do and sees is read under the locks.
            _apply(context_of(run), chunk)
        return bool(chunk)


def _apply(context: RunContext, chunk: list[tuple[int, UUID, int | None]]) -> None:
    run, action = context.run, context.action
    keys = [key for _, key, _ in chunk]
    listed = context.records().filter(pk__in=keys)
    now = notes_of(listed, action, context.values, context.actor)
    left: dict[int, str] = {}
    todo: list[tuple[int, UUID]] = []
    for pk, key, planned_version in chunk:
        version, note = now.get(key, (None, GONE))
        if note:
            left[pk] = note
        elif version != planned_version:
            left[pk] = CHANGED_SINCE
        else:
            todo.append((pk, key))

    refused = write_items(action, todo, context.values, actor=context.actor, reason=run.reason)
    left |= refused
    item_writes.note_items(left, Outcome.LEFT)
    _record(run, changed=len(todo) - len(refused), left=len(left), refused=len(refused))


def write_items(
    action: BulkAction,
    todo: Sequence[tuple[int, UUID]],
    values: Values,
    *,
    actor: Actor,
    reason: str,
) -> dict[int, str]:
    """Change the locked records of these items, and remember what they held; return the refused items, and why."""

    def act(items: Sequence[tuple[int, UUID]]) -> None:
        numbers = [pk for pk, _ in items]
        if action.changes:
            item_writes.keep_before(action, numbers)
        write(action, [key for _, key in items], values, actor=actor, reason=reason)
        item_writes.mark_changed(action, numbers)

    return {pk: why for (pk, _), why in each_or_all(todo, act).items()}


def _record(run: BulkRun, *, changed: int, left: int, refused: int) -> None:
    results = Counter(run.results)
    results.update(changed=changed, left=left, refused=refused)
    if results["refused"] > _MOST_REFUSED:
        raise DomainError(
            f"It stopped, because the database rejected more than {_MOST_REFUSED:,} records."
        )
    run.results = dict(results)
    run.rows_done += changed + left
    run.heartbeat_at, run.failures = Now(), 0
    run.save(update_fields=["results", "rows_done", "heartbeat_at", "failures"])
