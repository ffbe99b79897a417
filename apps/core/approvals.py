"""Four eyes, from the ground floor: what a setting lists is done only when a second person approves.

The accounts app keeps the requests and plugs its backend into the port `APPROVALS`. A service that
must not act alone raises `ApprovalNeeded`; a page catches it and offers to ask.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import QuerySet

from apps.core.actors import Actor, PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Port


class ApprovalNeeded(DomainError):  # noqa: N818  It is a question, not an error.
    """Raised before anything is done; `draft` is the request that may be made of it.

    A caller that cannot ask shows the message like any other refusal: it says who could approve.
    """

    def __init__(self, message: str, draft: Any) -> None:
        super().__init__(message)
        self.draft = draft


@dataclass(frozen=True)
class Asked:
    """A request that was made: what to tell who asked, and its page."""

    message: str
    url: str


class ApprovalBackend(Protocol):
    """Keeps the requests."""

    def ask(self, needed: ApprovalNeeded, *, actor: Actor, reason: str) -> Asked:
        """Make the request; raises `DomainError` without a reason."""

    def approval_message(self, kind: str, records: QuerySet, user: PermissionHolder) -> str:
        """Return the sentence for a confirmation that will end in a request, else nothing."""

    def require_for_records(self, kind: str, records: QuerySet, *, actor: Actor) -> None:
        """Raise `ApprovalNeeded` where a second person must approve `kind` for `records`, which are locked."""

    def require_for_many(
        self,
        *,
        records: QuerySet,
        action: str,
        label: str,
        data: dict[str, list[str]],
        user: PermissionHolder,
    ) -> None:
        """Raise `ApprovalNeeded` where a list's action means more records than one may decide on."""


APPROVALS = Port[ApprovalBackend]("approvals", "what a second person must approve")
