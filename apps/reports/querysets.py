"""Querysets of reports' runs, subscriptions, and mailings."""

from typing import Any, Self

from django.db.models import Exists, Model, OuterRef, Q

from apps.core.actors import PermissionHolder
from apps.core.jobs import JobQuerySet
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import own_work, sees_everything


class ReportRunQuerySet(JobQuerySet, ScopedQuerySet):  # type: ignore[override]
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the runs that `user` may see. A run contains everything in its owner's scope, so
        limited users see their own.
        """
        return own_work(self, user, by="started_by", since="created_at")


class ReportSubscriptionQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the subscriptions that `user` may see: limited users see their own."""
        return self if sees_everything(user) else self.filter(_is_own(self.model, user))

    def received_by(self, user: Any) -> Self:
        """Return the subscriptions that will mail their report to `user`, also as an address."""
        return self.filter(
            Q(recipients__user=user.pk) | Q(recipients__email=user.email),
            enabled=True,
            next_due_at__isnull=False,
            recipients__unsubscribed_at__isnull=True,
        ).distinct()


class ReportRecipientQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        if sees_everything(user):
            return self
        return self.filter(Q(user=user.pk) | Q(subscription__owner=user.pk))

    def active(self) -> Self:
        return self.filter(unsubscribed_at=None)

    def of(self, user: Any) -> Self:
        """Return the places of `user` on lists, also where they are on one as an address."""
        return self.filter(Q(user=user.pk) | Q(email=user.email))


class ReportMailingQuerySet(JobQuerySet, ScopedQuerySet):  # type: ignore[override]
    def for_staff(self, user: PermissionHolder) -> Self:
        if sees_everything(user):
            return self
        return self.filter(subscription__owner=user.pk)


class ReportDeliveryQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the mails that `user` may see: limited users see those that they got themselves."""
        return self if sees_everything(user) else self.filter(recipient__user=user.pk)

    def undecided(self) -> Self:
        """Return the mails that were refused, or may not have arrived, and that nobody has decided about."""
        return self.filter(state__in=["refused", "uncertain"], decided_at=None)


def _is_own(model: type[Model], user: PermissionHolder) -> Q:
    recipients: Any = model._meta.get_field("recipients").related_model
    own = recipients.objects.filter(subscription=OuterRef("pk"), user=user.pk)
    return Q(owner=user.pk) | Q(Exists(own))
