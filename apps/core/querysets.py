"""Querysets that every model shares: scope, search, and trash."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.db import models

from apps.core.actors import Actor, PermissionHolder
from apps.core.errors import DomainError
from apps.core.scope import ScopeKeys, in_keys, is_unscoped, nothing_of, sees_everything
from apps.core.search import found_by
from apps.core.visibility import is_alive


class ScopedQuerySet(models.QuerySet):
    """A queryset that can be limited to what one staff user may see.

    A model whose records belong to organizations, or to a person, says by which fields in its own
    queryset: `scoped_by = {"organization": organizations_of}`. Each function returns the keys that a
    limited user sees, and a record is seen if all of them hold. The history of the model is limited
    by the same fields. See `apps/core/scope.py`.
    """

    scoped_by: ClassVar[Mapping[str, ScopeKeys]] = {}

    # Can limited users see the records they create?
    new_is_in_scope = True

    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the rows in the scope of `user`: none for a limited user of a model that declares
        neither `scoped_by` nor `unscoped`. A rule that is more than fields overrides this.
        """
        if sees_everything(user) or is_unscoped(self.model):
            return self
        if not self.scoped_by:
            return nothing_of(self)
        return self.filter(
            *(in_keys(name, keys(user), user) for name, keys in self.scoped_by.items())
        )

    def for_actor(self, actor: Actor) -> Self:
        """Return the rows that `actor` may act on: a user's scope, everything for the system."""
        return self if actor is None or isinstance(actor, str) else self.for_staff(actor)

    def alive(self) -> Self:
        """Return the rows that are neither in the trash nor part of something that is."""
        return self.filter(is_alive(self.model))


def declares_scope(model: type[models.Model]) -> bool:
    """Tell whether the queryset of `model` says what a limited user sees: by fields, or by a rule."""
    rows = type(model._default_manager.all())
    if getattr(rows, "scoped_by", None):
        return True
    return getattr(rows, "for_staff", ScopedQuerySet.for_staff) is not ScopedQuerySet.for_staff


class SearchableQuerySet(ScopedQuerySet):
    """A queryset of a model that is searched by the beginnings of words."""

    # Relations that the search includes: a membership is found by its person's and organization's
    # names.
    search_through: tuple[str, ...] = ()

    def search(self, text: str) -> Self:
        """Return the rows in which every word of `text` begins some word; all rows for no text."""
        return self.filter(found_by(self.model, text, self.search_through))


class SoftDeletableQuerySet(ScopedQuerySet):
    def in_trash(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse, because these records must be moved to the trash first. `hard_delete` deletes them."""
        raise DomainError(is_moved_to_trash(self.model))

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def hard_delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows and everything that cascades from them for good, without the trash."""
        return super().delete()

    hard_delete.alters_data = True  # type: ignore[attr-defined]
    hard_delete.queryset_only = True  # type: ignore[attr-defined]


class QueuedMailQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the e-mails that `user` may see: limited users see none, because they go to anybody."""
        return self if sees_everything(user) else nothing_of(self)

    def undecided(self) -> Self:
        """Return those that were refused or may not have arrived, and that nobody has decided about."""
        return self.filter(state__in=["refused", "uncertain"], decided_at=None)


def is_moved_to_trash(model: type[models.Model]) -> str:
    """Return the error for deleting a record that has a trash."""
    name = model._meta.verbose_name_plural
    return (
        f"Deleting {name} would remove them for good. Move them to the trash instead, and "
        "delete them there."
    )


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Default manager of models that cannot be in the trash."""


class AliveManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Default manager of models that can be in the trash, alone or with a parent. It hides those records."""

    def get_queryset(self) -> Any:
        return super().get_queryset().alive()
