"""Querysets that every model shares: what a staff user may see, what is alive, what is dead."""

from typing import Any, Self

from django.db import models


class ScopedQuerySet(models.QuerySet):
    """A queryset that can be narrowed to what one staff user may see."""

    def for_staff(self, user: Any) -> Self:
        """Return the rows inside `user`'s scope. The base sees everything; an app's own narrows it."""
        return self


class SoftDeletableQuerySet(ScopedQuerySet):
    def alive(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def dead(self) -> Self:
        return self.filter(deleted_at__isnull=False)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Default manager of what cannot go to the trash."""


class AliveManager(models.Manager.from_queryset(SoftDeletableQuerySet)):  # type: ignore[misc]
    """Default manager of what can: hides the dead."""

    def get_queryset(self) -> SoftDeletableQuerySet:
        return super().get_queryset().alive()
