"""What an import has to do with a second person."""

from apps.accounts.approvals import registry
from apps.accounts.approvals.guard import people_behind
from apps.accounts.approvals.selectors import approval_needed_message, deciders, may_decide
from apps.accounts.models import ApprovalRequest
from apps.core.actors import PermissionHolder
from apps.transfers.access import APPLY_IMPORT
from apps.transfers.models import ImportRun


def waiting_request(run: ImportRun) -> ApprovalRequest | None:
    """Return the request that waits for the plan that stands now."""
    return (
        ApprovalRequest.objects.pending()
        .filter(kind=APPLY_IMPORT, arguments__run=run.pk, arguments__plan_token=run.plan_token)
        .select_related("requester")
        .first()
    )


def request_to_decide(run: ImportRun, user: PermissionHolder) -> ApprovalRequest | None:
    """Return the request that waits for `user` to look at the run's rows."""
    request = waiting_request(run)
    return request if request is not None and may_decide(request, user) else None


def second_person_sentence(run: ImportRun, user: PermissionHolder) -> str:
    """Return what the page says where applying the run will end in a request, else nothing."""
    arguments = {"run": run.pk}
    action = registry.get(APPLY_IMPORT)
    if not action.is_required_for(arguments, run.rows_to_do):
        return ""
    people = deciders(action, arguments, besides=people_behind(user))
    return approval_needed_message(people, action)
