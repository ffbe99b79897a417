"""Querysets of reports' runs and subscriptions."""

from typing import Self

from apps.core.actors import PermissionHolder
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import own_work, sees_everything


class ReportRunQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the runs that `user` may see. A run contains everything in its owner's scope, so
        limited users see their own.
        """
        return own_work(self, user, by="started_by", since="started_at")


class ReportDeliveryQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        return self if sees_everything(user) else self.filter(recipient=user.pk)


class ReportSubscriptionQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        return self if sees_everything(user) else self.filter(user=user.pk)
