"""Declares the timelines of report subscriptions and their recipients."""

from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.timeline.history_scope import timeline_scope
from apps.audit.timeline.registry import timeline_never_reverts
from apps.core.actors import PermissionHolder
from apps.reports.models import ReportRecipient, ReportSubscription


def _only_themselves(user: PermissionHolder) -> QuerySet[Any]:
    return User.objects.filter(pk=user.pk).values("pk")


timeline_scope(ReportSubscription, owner=_only_themselves)
timeline_scope(ReportRecipient, user=_only_themselves)
timeline_never_reverts(ReportSubscription, because="its timetable has begun since")
timeline_never_reverts(ReportRecipient, because="people put themselves on a list, and off it")
