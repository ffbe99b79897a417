"""The actions that can need a second person. A higher app adds its own in `approvals.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from apps.accounts.approvable.digests import lock, preview_part
from apps.accounts.approvable.preview import ActionPreview, PreviewPart
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Registry

# The arguments of a service call: IDs and values that fit JSON.
type Arguments = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A page that shows all rows if there are too many for the request's own page."""

    label: str
    url: str


class Approvable:
    """One kind of action. Subclass it and add an instance to `ACTIONS`.

    `word` is its word in the setting `FOUR_EYES`; `count` is the number of rows or records.
    Everything that `affected_records` returns is locked before it is compared and changed, and
    digested whatever its number.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    word: ClassVar[str]
    # The permissions that the requester and the approver both need.
    permissions: ClassVar[tuple[str, ...]] = ()

    def alone_up_to(self) -> int | None:
        """Return how many one person may do alone: 0 for none, None for any number."""
        number: int | None = settings.FOUR_EYES.get(self.word)
        return number

    def is_required_for(self, arguments: Arguments, count: int) -> bool:
        most = self.alone_up_to()
        return most is not None and count > most

    def will_need_approval(self, records: QuerySet, count: int) -> bool:
        """Tell before anything is posted whether an action on `records` will need an approval."""
        return self.is_required_for({}, count)

    def why(self) -> str:
        """Return the clause after "A second person must approve this: ", if the reason is not obvious."""
        return ""

    def permissions_for(self, arguments: Arguments) -> Iterable[str]:
        return self.permissions

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        """Tell whether all affected records are in the user's scope."""
        return True

    def obstacle(self, user: PermissionHolder, arguments: Arguments) -> str:
        """Return why `user`, who has the permissions, could still not do this; nothing if they could."""
        return ""

    def beneficiaries(self, arguments: Arguments) -> list[UUID]:
        """Return the people who would benefit: they may not decide."""
        return []

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        """Return the affected records, by a name in words."""
        return []

    def lock(self, arguments: Arguments) -> None:
        for _, rows in self.affected_records(arguments):
            lock(rows)

    def parts(self, arguments: Arguments) -> list[PreviewPart]:
        return [preview_part(name, rows) for name, rows in self.affected_records(arguments)]

    def preview(self, arguments: Arguments) -> ActionPreview:
        """Return what is affected and how; the same data gives the same preview."""
        raise NotImplementedError

    def page(self, arguments: Arguments) -> Page | None:
        return None

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        """Do it as the requester, and return a sentence about the result."""
        raise NotImplementedError


ACTIONS = Registry[Approvable](
    "approvable actions", "what can ask for a second person", key=attrgetter("kind")
)


def get(kind: str) -> Approvable:
    """Return an action. Raises DomainError for a kind that no app declares any more."""
    action = ACTIONS.get(kind)
    if action is None:
        raise DomainError(f"“{kind}” is no longer a known action, so it can't be approved.")
    return action
