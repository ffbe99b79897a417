"""One worker's attempt at a large merge, or at its undo: one transaction, of which a stopped one leaves nothing."""

from functools import partial

from django.utils import timezone

from apps.bulk.engine.merge_events import record_merged, record_unmerged
from apps.bulk.engine.merger import merge_records, undo_merge
from apps.bulk.models import Merge
from apps.core.discovery import full_site
from apps.core.job_attempts import attempt
from apps.core.jobs import ClaimLostError

State = Merge.State


def advance_merge(merge_id: int) -> Merge | None:
    """Claim the merge and do it or undo it; None if there is nothing to do."""
    merge = Merge.claim(merge_id)
    if merge is None:
        return None
    full_site()
    attempt(
        merge,
        partial(_undo if merge.state == State.UNDOING else _merge, merge),
        name=f"Merge {merge.pk}",
        canceled=lambda why: _stopped(merge, why or "Stopped."),
        failed=lambda sentence: _stopped(merge, sentence),
        stops_at_once=True,
    )
    return merge


def _merge(merge: Merge) -> None:
    with merge.hand_over(state=State.MERGED, ended_at=timezone.now()):
        merge_records(merge)
        merge.save(update_fields=["results"])
        record_merged(merge)


def _undo(merge: Merge) -> None:
    with merge.hand_over(ended_at=timezone.now(), state=State.UNDONE):
        left = undo_merge(merge)
        merge.save(update_fields=["results"])
        record_unmerged(merge)
    if left:
        Merge.objects.filter(pk=merge.pk).update(state=State.UNDONE_IN_PART)


def _stopped(merge: Merge, why: str) -> None:
    merge.refresh_from_db()
    state = State.MERGED if merge.state == State.UNDOING else State.FAILED
    try:
        with merge.hand_over(
            cancelable=False,
            state=state,
            error=f"{why} Nothing was changed.",
            ended_at=timezone.now(),
        ):
            pass
    except ClaimLostError:
        return
