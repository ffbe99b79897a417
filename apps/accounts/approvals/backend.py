"""The backend that pages of the ground floor talk to; see `apps/core/approvals.py`."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.approvable import registry
from apps.accounts.approvals.bulk import ManyRecords, arguments_of
from apps.accounts.approvals.guard import people_behind, require_approval
from apps.accounts.approvals.records import require_approval_of
from apps.accounts.approvals.selectors import approval_needed_message, deciders
from apps.accounts.approvals.services import approval_ask
from apps.accounts.models import User
from apps.core.actors import Actor, PermissionHolder
from apps.core.approvals import ApprovalNeeded, Asked
from apps.core.errors import DomainError

_MANY = ManyRecords()
# The kind of `approval_kinds/bulk_run.py`, which stands on this module's neighbors.
BULK_RUN = "bulk.run"
# That of `approval_kinds/merge.py`.
MERGE = "bulk.merge"


class AccountsBackend:
    def ask(self, needed: ApprovalNeeded, *, actor: Actor, reason: str) -> Asked:
        if not isinstance(actor, User):
            raise DomainError("Only a person can ask a second person.")
        request = approval_ask(draft=needed.draft, reason=reason, actor=actor)
        return Asked(
            "Nothing has changed yet. A second person was asked to approve it.",
            reverse("admin:accounts_approvalrequest_change", args=[request.pk]),
        )

    def approval_message(self, kind: str, records: QuerySet, user: PermissionHolder) -> str:
        action = registry.get(kind or ManyRecords.kind)
        if not action.will_need_approval(records, records.count()):
            return ""
        people = deciders(action, {}, besides=people_behind(user))
        return approval_needed_message(people, action)

    def require_for_records(self, kind: str, records: QuerySet, *, actor: Actor) -> None:
        require_approval_of(kind, records, actor=actor)

    def require_for_many(
        self,
        *,
        records: QuerySet,
        action: str,
        label: str,
        data: dict[str, list[str]],
        user: PermissionHolder,
    ) -> None:
        count = records.count()
        if _MANY.is_required_for({}, count):
            arguments = arguments_of(records, action, label, data)
            require_approval(_MANY.kind, arguments, count=count, actor=user)

    def require_for_run(self, arguments: dict[str, Any], *, count: int, actor: Actor) -> None:
        require_approval(BULK_RUN, arguments, count=count, actor=actor)

    def require_for_merge(self, arguments: dict[str, Any], *, count: int, actor: Actor) -> None:
        require_approval(MERGE, arguments, count=count, actor=actor)

    def merge_message(self, *, count: int, user: PermissionHolder) -> str:
        action = registry.get(MERGE)
        if not action.is_required_for({}, count):
            return ""
        return approval_needed_message(deciders(action, {}, besides=people_behind(user)), action)

    def run_message(self, arguments: dict[str, Any], *, count: int, user: PermissionHolder) -> str:
        action = registry.get(BULK_RUN)
        if not action.is_required_for(arguments, count):
            return ""
        people = deciders(action, arguments, besides=people_behind(user))
        return approval_needed_message(people, action)
