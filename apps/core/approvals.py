"""Four eyes: actions that a setting lists run only after a second person approves.

The accounts app keeps the requests and plugs its backend into the port `APPROVALS`. A service that
must not act alone raises `ApprovalNeeded`; a page catches it and offers to ask for approval.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import QuerySet

from apps.core.actors import Actor, PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Port


class ApprovalNeeded(DomainError):  # noqa: N818  It is a question, not an error.
    """Raised before anything is done; `draft` is the request that can be made.

    A caller that cannot ask shows the message like any other refusal: it says who could approve.
    """

    def __init__(self, message: str, draft: Any) -> None:
        super().__init__(message)
        self.draft = draft


@dataclass(frozen=True)
class Asked:
    """A request that was made: a message for the requester, and its page."""

    message: str
    url: str


class ApprovalBackend(Protocol):
    """Stores approval requests."""

    def ask(self, needed: ApprovalNeeded, *, actor: Actor, reason: str) -> Asked:
        """Create the request. Raises `DomainError` without a reason."""

    def approval_message(self, kind: str, records: QuerySet, user: PermissionHolder) -> str:
        """Return the sentence for a confirmation that will end in a request, else nothing."""

    def require_for_records(self, kind: str, records: QuerySet, *, actor: Actor) -> None:
        """Raise `ApprovalNeeded` if a second person must approve `kind` for `records`, which are locked."""

    def require_for_many(
        self,
        *,
        records: QuerySet,
        action: str,
        label: str,
        data: dict[str, list[str]],
        user: PermissionHolder,
    ) -> None:
        """Raise `ApprovalNeeded` if a list's action covers more records than one person may decide on."""

    def require_for_run(self, arguments: dict[str, Any], *, count: int, actor: Actor) -> None:
        """Raise `ApprovalNeeded` if a second person must approve a bulk action on so many records.

        The caller has locked the run.
        """

    def require_for_merge(self, arguments: dict[str, Any], *, count: int, actor: Actor) -> None:
        """Raise `ApprovalNeeded` if a second person must approve a merge that moves so many rows, or its undo."""

    def merge_message(self, *, count: int, user: PermissionHolder) -> str:
        """Return the sentence for a merge that will end in a request, else nothing."""

    def run_message(self, arguments: dict[str, Any], *, count: int, user: PermissionHolder) -> str:
        """Return the sentence for a bulk action that will end in a request, else nothing."""


APPROVALS = Port[ApprovalBackend]("approvals", "what a second person must approve")
