"""Querysets that every model shares: what a staff user may see, what is alive, what is dead."""

from typing import Any, Self

from django.db import models

from apps.core.search import found_by


class ScopedQuerySet(models.QuerySet):
    """A queryset that can be narrowed to what one staff user may see.

    A model whose records belong to organizations, or to a person, narrows it in its own queryset;
    `apps/core/scope.py` says for whom.
    """

    # Whether a record that a limited user creates is one that he sees.
    new_is_in_scope = True

    def for_staff(self, user: Any) -> Self:
        """Return the rows inside `user`'s scope. The base sees everything; an app's own narrows it."""
        return self

    def for_actor(self, actor: Any) -> Self:
        """Return the rows that `actor` may act on: a user's scope, everything for the system."""
        return self if actor is None or isinstance(actor, str) else self.for_staff(actor)


class SearchableQuerySet(ScopedQuerySet):
    """A queryset of a model that is searched by the beginnings of words."""

    # Relations whose records are found along: a seat by its person's and its organization's name.
    search_through: tuple[str, ...] = ()

    def search(self, text: str) -> Self:
        """Return the rows in which every word of `text` begins some word; all rows for no text."""
        return self.filter(found_by(self.model, text, self.search_through))


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
