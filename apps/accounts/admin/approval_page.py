"""The contents of a request's page."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.admin.personal_data import sees_personal_data
from apps.accounts.approvable import registry
from apps.accounts.approvable.preview import ActionPreview, Line
from apps.accounts.approvals.selectors import deciders_of, may_decide, names_of, who_could
from apps.accounts.approvals.services import what_voids
from apps.accounts.models import ApprovalRequest
from apps.core.actors import PermissionHolder
from apps.core.admin.display import BAD, GOOD, QUIET, WAITING
from apps.core.errors import DomainError
from apps.core.personal_patterns import masked_in


def summary(records: QuerySet) -> list[str]:
    """Return the sentences of an approval's confirmation page."""
    return ActionPreview.from_json(records.get().preview).consequences


STATE_COLORS = {
    "pending": WAITING,
    "approved": GOOD,
    "refused": BAD,
    "withdrawn": QUIET,
    "expired": QUIET,
    "void": QUIET,
}


def page_context(request: ApprovalRequest, user: PermissionHolder) -> dict[str, Any]:
    preview = _for_reader(ActionPreview.from_json(request.preview), user)
    is_own = user.pk in (request.requester_id, request.real_requester_id)
    try:
        action = registry.get(request.kind)
        seen = is_own or may_decide(request, user) or user.has_perm("audit.view_auditlog")
        rows = action.page(request.arguments) if seen else None
        people = deciders_of(request) if request.is_pending else []
        could = names_of(people) if people else who_could([], action)
    except DomainError:
        rows, could = None, ""
    decides = request.is_pending and may_decide(request, user)
    return {
        "request_": request,
        "preview": preview,
        "has_before": any(old for line in preview.lines for _, old, _ in line.values),
        "more": preview.total - len(preview.lines),
        "rows_page": rows,
        "who_could": could,
        "is_own": is_own,
        "decides": decides,
        "voided_by": what_voids(request) if request.is_pending else "",
        "state_color": _color(request),
        "state_word": "Expired" if _is_over(request) else request.get_state_display(),
        "urls": {
            name: reverse(f"admin:accounts_approvalrequest_{name}", args=[request.pk])
            for name in ("approve", "refuse", "withdraw", "history")
        },
    }


def _is_over(request: ApprovalRequest) -> bool:
    return request.state == ApprovalRequest.State.PENDING and not request.is_pending


def _color(request: ApprovalRequest) -> str:
    return "default" if _is_over(request) else STATE_COLORS[request.state]


def _for_reader(preview: ActionPreview, user: PermissionHolder) -> ActionPreview:
    """Mask the addresses if the reader may not see them; nothing else of the request is hidden."""
    if sees_personal_data(user):
        return preview
    preview.sentence = masked_in(preview.sentence)
    preview.consequences = [masked_in(sentence) for sentence in preview.consequences]
    preview.lines = [
        Line(
            masked_in(line.label),
            line.url,
            [[masked_in(word) for word in row] for row in line.values],
        )
        for line in preview.lines
    ]
    return preview
