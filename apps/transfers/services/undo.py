"""Undoes imports. Needs `transfers.undo_import`."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.accounts.approvals.guard import require_approval
from apps.audit.context import real_actor_id
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.core.job_kinds import JOBS_SWEEP
from apps.core.sending import send_after_commit
from apps.transfers.access import UNDO_IMPORT
from apps.transfers.engine.ranges import is_again
from apps.transfers.engine.runs.events import record_undo_cancel
from apps.transfers.engine.runs.permissions import check_may_undo
from apps.transfers.engine.undo.chain import kept_rows
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.selectors.undo import why_not_undo
from apps.transfers.services.imports import run_in_scope
from apps.transfers.tasks import undo_run_advance
from apps.transfers.work_queues import queue_for

State = UndoRun.State


@transaction.atomic
def import_run_undo(
    *, run: ImportRun, reason: str, actor: Actor, in_background: bool = True
) -> UndoRun:
    """Start the undo of an applied run, or try again what an earlier undo of it kept; one that runs
    already is returned.

    Raises DomainError where there is nothing to take back, `ApprovalNeeded` where as many rows are
    imported by two people only. A command works by itself (`in_background` False).
    """
    check_may_undo(actor, run)
    run = run_in_scope(run, actor)
    active = run.undo_runs.filter(state__in=UndoRun.WORK_STATES).first()
    if active is not None:
        return active
    why_not = why_not_undo(run)
    if why_not:
        raise DomainError(why_not)
    rows = rows_to_undo(run)
    require_approval(UNDO_IMPORT, {"run": run.pk}, count=rows, actor=actor)
    undo = UndoRun.objects.create(
        run=run,
        user=user_or_none(actor),
        real_user_id=real_actor_id(),
        reason=reason,
        rows_to_do=rows,
    )
    if in_background:
        send_after_commit(undo_run_advance, undo.pk, swept_by=JOBS_SWEEP, queue=queue_for(undo))
    return undo


def rows_to_undo(run: ImportRun) -> int:
    return kept_rows(run) if is_again(run) else run.rows_done


@transaction.atomic
def undo_run_cancel(*, undo_run: UndoRun, actor: Actor, reason: str = "") -> UndoRun:
    """Stop an undo within one chunk; it can be started again and continues where it stopped.

    `reason` goes into the audit log.
    """
    check_may_undo(actor, undo_run.run)
    undo: UndoRun = run_in_scope(undo_run, actor)
    if undo.state not in UndoRun.WORK_STATES:
        raise DomainError(f"The undo has already ended: {undo.get_state_display().lower()}.")
    record_undo_cancel(undo, reason=reason, actor=actor)
    undo.cancel_requested_at = timezone.now()
    undo.save(update_fields=["cancel_requested_at"])
    return undo
