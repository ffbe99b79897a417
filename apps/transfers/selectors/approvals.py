"""The approval requests of imports."""

from apps.accounts.approvable import registry
from apps.accounts.approvable.registry import Arguments
from apps.accounts.approvals.guard import people_behind
from apps.accounts.approvals.selectors import approval_needed_message, deciders, may_decide
from apps.accounts.models import ApprovalRequest
from apps.core.actors import PermissionHolder
from apps.transfers.access import APPLY_IMPORT, UNDO_IMPORT
from apps.transfers.models import ImportRun


def waiting_request(run: ImportRun) -> ApprovalRequest | None:
    """Return the waiting request for the current plan."""
    return (
        ApprovalRequest.objects.pending()
        .filter(kind=APPLY_IMPORT, arguments__run=run.pk, arguments__plan_token=run.plan_token)
        .select_related("requester")
        .first()
    )


def request_to_decide(run: ImportRun, user: PermissionHolder) -> ApprovalRequest | None:
    """Return the waiting request that `user` could decide."""
    request = waiting_request(run)
    return request if request is not None and may_decide(request, user) else None


def second_person_sentence(run: ImportRun, user: PermissionHolder) -> str:
    """Return the page's sentence if applying the run needs approval, otherwise nothing."""
    arguments = {"run": run.pk}
    return _sentence(APPLY_IMPORT, arguments, run.rows_to_do, user)


def undo_second_person_sentence(run: ImportRun, rows: int, user: PermissionHolder) -> str:
    """Return the page's sentence if undoing `rows` rows needs approval, otherwise nothing."""
    return _sentence(UNDO_IMPORT, {"run": run.pk}, rows, user)


def waiting_undo_request(run: ImportRun) -> ApprovalRequest | None:
    """Return the waiting request for an undo of the run."""
    waiting = ApprovalRequest.objects.pending().filter(kind=UNDO_IMPORT, arguments__run=run.pk)
    return waiting.select_related("requester").first()


def _sentence(kind: str, arguments: Arguments, rows: int, user: PermissionHolder) -> str:
    action = registry.get(kind)
    if not action.is_required_for(arguments, rows):
        return ""
    people = deciders(action, arguments, besides=people_behind(user))
    return approval_needed_message(people, action)
