"""How subscriptions to reports are told of in timelines."""

from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.timeline.registry import timeline_never_reverts
from apps.audit.timeline.scope import timeline_scope
from apps.core.actors import PermissionHolder
from apps.reports.models import ReportSubscription


def _himself(user: PermissionHolder) -> QuerySet[Any]:
    return User.objects.filter(pk=user.pk).values("pk")


timeline_scope(ReportSubscription, user=_himself)
timeline_never_reverts(ReportSubscription, because="people subscribe themselves")
