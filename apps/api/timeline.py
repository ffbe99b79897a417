"""Declares the timeline of service accounts."""

from typing import Any

from django.db.models import QuerySet

from apps.api.models import ServiceAccount
from apps.audit.timeline.history_scope import timeline_scope
from apps.audit.timeline.registry import timeline_label, timeline_never_reverts
from apps.core.actors import PermissionHolder
from apps.organizations.organization_scope import organizations_of


def _accounts_of(user: PermissionHolder) -> QuerySet[Any]:
    return ServiceAccount.objects.for_staff(user).order_by().values("pk")


timeline_label(ServiceAccount, "{name}")
timeline_scope(ServiceAccount.permissions.through, serviceaccount=_accounts_of)
timeline_scope(
    ServiceAccount.organizations.through,
    serviceaccount=_accounts_of,
    organization=organizations_of,
)
timeline_never_reverts(
    ServiceAccount, because="a key that was replaced or revoked never works again"
)
