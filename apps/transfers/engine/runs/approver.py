"""The second person who approved an import. What they lose the right to do, the import may no longer do."""

from apps.accounts.models import ApprovalRequest, User
from apps.transfers.access import APPLY_IMPORT
from apps.transfers.models import ImportRun


def approver_of(run: ImportRun) -> User | None:
    """Return the second person who approved that the run is applied."""
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
