"""Merges of two records, and their undo. The permission is the one that the kind of merge names."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from apps.audit.context import real_actor_id
from apps.bulk.engine.merge_events import record_merged, record_unmerged
from apps.bulk.engine.merger import GONE, lock_both, merge_records, refuse_merge, undo_merge
from apps.bulk.merge_preview import Preview, preview_of
from apps.bulk.merge_rules import merge_kind
from apps.bulk.models import Merge
from apps.bulk.tasks import merge_advance
from apps.bulk.work_queues import BULK
from apps.core.actors import Actor, require
from apps.core.approvals import APPROVALS
from apps.core.errors import DomainError
from apps.core.job_kinds import JOBS_SWEEP
from apps.core.sending import send_after_commit

State = Merge.State
# More rows than this are moved by a worker.
MOST_AT_ONCE = 1_000
CHANGED_SINCE = "Something changed after this page was shown. Check it again and confirm."


@transaction.atomic
def merge_start(
    *,
    model: str,
    kept: UUID | str,
    dropped: UUID | str,
    taken: list[str],
    plan: str,
    reason: str,
    actor: Actor,
) -> Merge:
    """Merge `dropped` into `kept`, if that is still what the preview with the digest `plan` showed.

    Raises `ApprovalNeeded` where so many rows are moved by two people only.
    """
    kind = merge_kind(model)
    user = _person(actor)
    require(user, kind.permission)
    if str(kept) == str(dropped):
        raise DomainError("A record can't be merged with itself.")
    if not reason.strip():
        raise DomainError("A reason is required.")
    try:
        ours, theirs = lock_both(kind, UUID(str(kept)), UUID(str(dropped)), user)
    except ValueError as error:
        raise DomainError(GONE) from error
    refuse_merge(kind, ours, theirs, user)
    shown: Preview = preview_of(kind, ours, theirs, user)
    if shown.digest != plan:
        raise DomainError(CHANGED_SINCE)
    offered = {line.name for line in shown.fields}
    arguments = {
        "model": model,
        "kept": str(ours.pk),
        "dropped": str(theirs.pk),
        "taken": sorted(set(taken) & offered),
        "plan": plan,
    }
    APPROVALS.get().require_for_merge(arguments, count=shown.number, actor=user)
    merge = Merge.objects.create(
        model=model,
        kept=ours.pk,
        dropped=theirs.pk,
        taken=arguments["taken"],
        plan=plan,
        reason=reason.strip(),
        user=user,
        real_user_id=real_actor_id(),
    )
    if shown.number > MOST_AT_ONCE:
        _send(merge)
        return merge
    merge_records(merge)
    merge.state, merge.ended_at = State.MERGED, timezone.now()
    merge.save(update_fields=["state", "ended_at", "results"])
    record_merged(merge)
    return merge


@transaction.atomic
def merge_undo(*, merge: Merge, reason: str, actor: Actor) -> Merge:
    """Undo a merge. Rows that somebody changed since stay as they are, and are counted."""
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    kind = merge_kind(merge.model)
    user = _person(actor)
    require(user, kind.permission)
    kind.refuse(user)
    if why := why_not_undo(merge):
        raise DomainError(why)
    if not reason.strip():
        raise DomainError("A reason is required.")
    number = merge.rows.count()
    APPROVALS.get().require_for_merge({"merge": merge.pk, "undo": True}, count=number, actor=user)
    merge.undo_user, merge.undo_real_user_id = user, real_actor_id()
    merge.undo_reason, merge.state, merge.ended_at = reason.strip(), State.UNDOING, None
    merge.save()
    if number > MOST_AT_ONCE:
        _send(merge)
        return merge
    left = undo_merge(merge)
    merge.state = State.UNDONE_IN_PART if left else State.UNDONE
    merge.ended_at = timezone.now()
    merge.save(update_fields=["state", "ended_at", "results"])
    record_unmerged(merge)
    return merge


def why_not_undo(merge: Merge) -> str:
    """Return why a merge can't be undone, as a sentence; nothing if it can."""
    if merge.state != State.MERGED:
        return "There is nothing to undo."
    if not merge.rows.exists():
        return "The list of what was moved was deleted, so it can't be undone any more."
    return next(merge_kind(merge.model).revive_obstacles(merge), "")


def _person(actor: Actor) -> Any:
    if not isinstance(actor, get_user_model()):
        raise DomainError("Only a person can merge records.")
    return actor


def _send(merge: Merge) -> None:
    send_after_commit(merge_advance, merge.pk, swept_by=JOBS_SWEEP, queue=BULK)
