"""The second person who approved an import or undo. If they lose a permission, the run loses it, too."""

from apps.accounts.models import ApprovalRequest, User
from apps.transfers.access import APPLY_IMPORT, UNDO_IMPORT
from apps.transfers.models import ImportRun, UndoRun


def approver_of(run: ImportRun) -> User | None:
    """Return the second person who approved applying the run."""
    request = (
        ApprovalRequest.objects.filter(
            kind=APPLY_IMPORT,
            state=ApprovalRequest.State.APPROVED,
            arguments__run=run.pk,
            arguments__plan_token=run.plan_token,
        )
        .select_related("decided_by")
        .first()
    )
    return request.decided_by if request else None


def approver_of_undo(undo: UndoRun) -> User | None:
    """Return the second person who approved this undo: a run can be undone more than once."""
    request = (
        ApprovalRequest.objects.filter(
            kind=UNDO_IMPORT,
            state=ApprovalRequest.State.APPROVED,
            arguments__run=undo.run_id,
            # The approval creates it in the same transaction.
            decided_at__gte=undo.created_at,
        )
        .select_related("decided_by")
        .order_by("decided_at")
        .first()
    )
    return request.decided_by if request else None
