"""Undoes a run chunk by chunk, last record first. What somebody changed since is kept, and listed."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Now

from apps.bulk.engine import items as item_writes
from apps.bulk.engine.applier import CHUNK
from apps.bulk.engine.context import RunContext, action_of, undo_audited, undo_context_of
from apps.bulk.engine.decision import LOCKED
from apps.bulk.engine.halving import each_or_all
from apps.bulk.engine.writing import lock_records
from apps.bulk.models import BulkItem, BulkRun
from apps.core.locked_records import locked_keys

GONE = "It no longer exists, or is outside your scope."
CHANGED_SINCE = "It was changed after the bulk action."
Outcome = BulkItem.Outcome


def undo_chunk(run: BulkRun) -> bool:
    """Undo the last records that are changed; return whether there were any. Raises as `apply_chunk` does."""
    with run.hold(), undo_audited(run):
        changed = run.items.filter(outcome=Outcome.CHANGED).order_by("-id")
        chunk = list(changed.values_list("id", "key", "version")[:CHUNK])
        if chunk:
            lock_records(action_of(run), [key for _, key, _ in chunk])
            _undo(undo_context_of(run), chunk)
        return bool(chunk)


def _undo(context: RunContext, chunk: list[tuple[int, UUID, int | None]]) -> None:
    run, action = context.run, context.action
    keys = [key for _, key, _ in chunk]
    seen = action.seen(context.actor).filter(pk__in=keys)
    now = item_writes.versions(seen)
    locked = set(locked_keys(seen, context.actor))
    kept: dict[int, str] = {}
    todo: list[tuple[int, UUID]] = []
    for pk, key, version in chunk:
        if key not in now:
            kept[pk] = GONE
        elif key in locked:
            kept[pk] = LOCKED
        elif now[key] != version:
            kept[pk] = CHANGED_SINCE
        else:
            todo.append((pk, key))

    def act(items: Sequence[tuple[int, UUID]]) -> None:
        numbers = [pk for pk, _ in items]
        records = action.records._base_manager.filter(pk__in=[key for _, key in items])
        action.undo(records, actor=context.actor, reason=run.undo_reason)
        if action.changes and action.gives_back:
            item_writes.restore_before(action, numbers)
        item_writes.mark_undone(numbers)

    refused = each_or_all(todo, act)
    kept |= {pk: why for (pk, _), why in refused.items()}
    item_writes.note_items(kept, Outcome.KEPT)
    results = Counter(run.results)
    results.update(undone=len(todo) - len(refused), kept=len(kept))
    run.results = dict(results)
    run.rows_done += len(chunk)
    run.heartbeat_at, run.failures = Now(), 0
    run.save(update_fields=["results", "rows_done", "heartbeat_at", "failures"])
