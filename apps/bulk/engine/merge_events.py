"""Records merges and their undo as events of the audit log."""

from apps.audit.events import record_event
from apps.audit.kinds import EventKind
from apps.bulk import event_kinds
from apps.bulk.engine.merger import merge_audited, undo_audited
from apps.bulk.models import Merge


def record_merged(merge: Merge) -> None:
    with merge_audited(merge):
        _record(event_kinds.MERGED, merge)


def record_unmerged(merge: Merge) -> None:
    with undo_audited(merge):
        _record(event_kinds.UNMERGED, merge)


def _record(kind: EventKind, merge: Merge) -> None:
    kept, _ = merge.records
    noun = str(kept._meta.verbose_name)
    record_event(kind, target=kept, noun=noun, merge=merge.pk, rows=merge.rows.count())
