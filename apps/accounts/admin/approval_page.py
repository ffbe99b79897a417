"""What the page of one request shows."""

import re
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.admin.personal import masked, sees_personal_data
from apps.accounts.approvals import registry
from apps.accounts.approvals.preview import ActionPreview, Line
from apps.accounts.approvals.selectors import deciders_of, may_decide, names_of, who_could
from apps.accounts.approvals.services import what_voids
from apps.accounts.models import ApprovalRequest
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError

_ADDRESS = re.compile(r"[^\s“”<>()]+@[^\s“”<>()]+\.\w+")


def summary(records: QuerySet) -> list[str]:
    """Return what the confirmation of an approval says will happen."""
    return ActionPreview.from_json(records.get().picture).consequences


def page_context(request: ApprovalRequest, user: PermissionHolder) -> dict[str, Any]:
    picture = _for_reader(ActionPreview.from_json(request.picture), user)
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
        "picture": picture,
        "has_before": any(old for line in picture.lines for _, old, _ in line.values),
        "more": picture.total - len(picture.lines),
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
    from apps.accounts.admin.approval import STATE_COLORS

    return "default" if _is_over(request) else STATE_COLORS[request.state]


def _for_reader(picture: ActionPreview, user: PermissionHolder) -> ActionPreview:
    """Mask the addresses where the reader may not see them; nothing else of the request is hidden."""
    if sees_personal_data(user):
        return picture
    picture.sentence = _mask(picture.sentence)
    picture.consequences = [_mask(sentence) for sentence in picture.consequences]
    picture.lines = [
        Line(_mask(line.label), line.url, [[_mask(word) for word in row] for row in line.values])
        for line in picture.lines
    ]
    return picture


def _mask(text: str) -> str:
    return _ADDRESS.sub(lambda found: masked(found.group()), text)
