"""What is deleted of bulk actions and merges: plans that nobody confirmed, and the records of old runs."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.bulk.models import BulkItem, BulkRun, Merge, MergedRow

PLANS_KEPT_FOR = timedelta(days=1)
ITEMS_KEPT_FOR = timedelta(days=90)
State = BulkRun.State


def plans_cancel() -> int:
    """Cancel the plans that nobody confirmed for a day; return how many."""
    old = BulkRun.objects.planned().filter(planned_at__lt=timezone.now() - PLANS_KEPT_FOR)
    return int(
        old.update(
            state=State.CANCELED,
            ended_at=timezone.now(),
            error="Nobody confirmed the plan within a day. Nothing was changed.",
        )
    )


def items_delete() -> int:
    """Delete the records of runs that ended long ago, or without a change; return of how many runs."""
    ended = BulkRun.objects.exclude(state__in=[*BulkRun.WORK_STATES, State.PLANNED])
    some = Exists(BulkItem.objects.filter(run=OuterRef("pk")))
    old = ended.filter(some, ended_at__lt=timezone.now() - ITEMS_KEPT_FOR)
    keys = list(old.values_list("pk", flat=True))
    for key in keys:
        items = BulkItem.objects.filter(run=key)
        items._raw_delete(items.db)
    return len(keys)


def merged_rows_delete() -> int:
    """Delete what an undo of old merges would restore; return of how many merges."""
    some = Exists(MergedRow.objects.filter(merge=OuterRef("pk")))
    old = Merge.objects.exclude(state__in=Merge.WORK_STATES).filter(
        some, ended_at__lt=timezone.now() - ITEMS_KEPT_FOR
    )
    keys = list(old.values_list("pk", flat=True))
    for key in keys:
        rows = MergedRow.objects.filter(merge=key)
        rows._raw_delete(rows.db)
    return len(keys)
