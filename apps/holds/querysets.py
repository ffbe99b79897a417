"""Querysets of legal holds."""

from typing import Any, Self

from django.db.models import Q

from apps.core.actors import PermissionHolder
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import sees_everything
from apps.holds.guarded import guarded_models


class LegalHoldQuerySet(ScopedQuerySet):
    def active(self) -> Self:
        return self.filter(lifted_at=None)

    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the holds on what a limited user sees, also in the trash."""
        if sees_everything(user):
            return self
        seen = Q(pk=None)
        for model in guarded_models():
            rows: Any = getattr(model, "all_objects", model._default_manager)
            keys = rows.for_staff(user).order_by().values("pk")
            seen |= Q(subject_type=model._meta.label, subject_id__in=keys)
        return self.filter(seen)
