"""`require_approval`: services call it before an action that one person may not do alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from apps.accounts.approvable import registry
from apps.accounts.approvable.preview import ActionPreview, canonical
from apps.accounts.approvable.registry import Arguments
from apps.accounts.approvals.selectors import approval_needed_message, deciders
from apps.accounts.models import User
from apps.audit.context import current
from apps.core.actors import Actor, PermissionHolder
from apps.core.approvals import ApprovalNeeded


@dataclass(frozen=True)
class Draft:
    """A request that was not made yet: everything except the reason."""

    kind: str
    arguments: Arguments
    preview: ActionPreview


# The approved action that runs now: (kind, arguments, the requester's key).
_executing: ContextVar[tuple[str, str, UUID] | None] = ContextVar("executing", default=None)


@contextmanager
def executing(kind: str, arguments: Arguments, requester: User) -> Iterator[None]:
    """Allow exactly this approved action inside the block."""
    token = _executing.set((kind, canonical(arguments), requester.pk))
    try:
        yield
    finally:
        _executing.reset(token)


def require_approval(kind: str, arguments: Arguments, *, count: int = 1, actor: Actor) -> None:
    """Raise `ApprovalNeeded` if a second person must approve this and has not.

    Call it with the locks held, after every check and before the first write, so that nobody asks
    for approval of something that would be refused anyway. The system (`actor` is not a person)
    acts alone, as with every permission: people who can run commands on the server could also switch
    the setting off.
    """
    action = registry.get(kind)
    if not isinstance(actor, User) or not action.is_required_for(arguments, count):
        return
    if _executing.get() == (kind, canonical(arguments), actor.pk):
        return
    preview = action.preview(arguments)
    could = deciders(action, arguments, besides=people_behind(actor))
    raise ApprovalNeeded(approval_needed_message(could, action), Draft(kind, arguments, preview))


def people_behind(actor: PermissionHolder) -> set[UUID]:
    """Return the keys of the actor and of the impersonator, if there is one."""
    found = {actor.pk}
    if (real := real_actor_key()) is not None:
        found.add(real)
    return found


def real_actor_key() -> UUID | None:
    context = current()
    real = context.real_actor().id if context else ""
    return UUID(real) if real else None
