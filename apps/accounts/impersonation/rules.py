"""Who may act as which person."""

from apps.accounts.authority import power_obstacle
from apps.accounts.gates import IMPERSONATION
from apps.accounts.models import User
from apps.accounts.people_scope import covers
from apps.core.actors import holds
from apps.core.gates import closure_of

PERMISSION = "accounts.impersonate_user"
WRITING = "accounts.impersonate_and_write"


def later_obstacle(*, impersonator: User | None, target: User) -> str:
    """Return why something requested while acting as `target` is no longer done; nothing if it is.

    For later work: a job, or a request that a second person approves. It is no reason that the
    impersonator has stopped acting as `target`. Pass people as they are now.
    """
    if impersonator is None:
        return ""
    if closure := closure_of(IMPERSONATION):
        return closure.sentence
    if not impersonator.is_active:
        return f"{impersonator}, who acted as {target}, is deactivated."
    if not holds(impersonator, PERMISSION, WRITING):
        return f"{impersonator}, who acted as {target}, can no longer do so."
    if power_obstacle(actor=impersonator, person=target) or not covers(impersonator, target):
        return f"{target} now has more permissions than {impersonator}, who acted in their place."
    return ""


def stand_in_obstacle(target: User, impersonator: User | None) -> str:
    """Return what `later_obstacle` says of two people as they are now."""
    if impersonator is None:
        return ""
    people = User.objects.in_bulk([impersonator.pk, target.pk])
    return later_obstacle(impersonator=people[impersonator.pk], target=people[target.pk])


def obstacle_to(*, impersonator: User, target: User) -> str:
    """Return why `impersonator` may not act as `target`, as a sentence; nothing if they may.

    The permission itself is not checked here.
    """
    if target.pk == impersonator.pk:
        return "You cannot act as yourself."
    if not target.is_active:
        return f"{target} is deactivated."
    if not target.is_staff:
        return f"{target} has no staff role, so this person can't use the back office."
    if target.is_superuser:
        return f"{target} is a superuser. You can't act as somebody with more permissions than you."
    if obstacle := power_obstacle(actor=impersonator, person=target):
        return obstacle
    if not covers(impersonator, target):
        return f"{target} can see more organizations than you."
    return ""
