"""Which requests a person may see, and which of them they could decide on."""

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.approvable import registry
from apps.core.actors import PermissionHolder
from apps.core.scope import sees_everything

DECIDE = "accounts.decide_approvalrequest"
# A limited user is shown what they could decide among the oldest of these.
_LOOKED_AT = 100


def may_see(requests: QuerySet, user: PermissionHolder) -> Q:
    """Return the condition for `for_staff`; `requests` is the queryset of all requests."""
    own = Q(requester=user.pk) | Q(real_requester=user.pk) | Q(decided_by=user.pk)
    if not sees_everything(user):
        return own | Q(pk__in=within_scope(requests, user))
    if user.has_perm("audit.view_auditlog"):
        return Q()
    return own | decidable(user)


def within_scope(requests: QuerySet, user: PermissionHolder) -> list[UUID]:
    """Return the requests that a limited user could decide; only each kind knows whether its
    records are in scope.
    """
    waiting = requests.filter(decidable(user), state="pending")
    return [
        request.pk
        for request in waiting.order_by("created_at")[:_LOOKED_AT]
        if registry.get(request.kind).may_reach(user, request.arguments)
    ]


def decidable(user: PermissionHolder) -> Q:
    """Return the condition on requests that `user` has the permissions to decide on."""
    if not user.has_perm(DECIDE):
        return Q(pk__in=[])
    return Q(permissions__contained_by=sorted(user.get_all_permissions()))
