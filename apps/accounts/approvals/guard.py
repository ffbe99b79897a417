"""`require_approval`: what a service calls before it does what one person may not do alone."""

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
    """A request that nobody has made yet: all but the reason."""

    kind: str
    arguments: Arguments
    preview: ActionPreview


# What is being done on an approval just now: (kind, arguments, the requester's key).
_executing: ContextVar[tuple[str, str, UUID] | None] = ContextVar("executing", default=None)


@contextmanager
def executing(kind: str, arguments: Arguments, requester: User) -> Iterator[None]:
    """Let exactly this be done inside the block, once it is approved."""
    token = _executing.set((kind, canonical(arguments), requester.pk))
    try:
        yield
    finally:
        _executing.reset(token)


def require_approval(kind: str, arguments: Arguments, *, count: int = 1, actor: Actor) -> None:
    """Raise `ApprovalNeeded` where a second person must approve this and has not.

    Call it with the locks held, after every check and before the first write: what would be refused
    anyway is not to be asked for. The system (`actor` without a person) acts alone, as with every
    permission: who runs a command on the server could switch the setting off as well.
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
