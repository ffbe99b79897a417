"""Admin classes and inlines limited to the user's scope: what they list, and what can be chosen."""

from typing import Any

from django.db.models import Exists, Field, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest

from apps.core.actors import PermissionHolder
from apps.core.model_meta import related_model
from apps.core.scope import is_unscoped, nothing_of, sees_everything


def in_scope(queryset: QuerySet[Any], user: PermissionHolder) -> QuerySet[Any]:
    """Return the part of `queryset` in the user's scope; nothing for a limited user if the model
    declares no scope.
    """
    for_staff = getattr(queryset, "for_staff", None)
    if for_staff:
        return for_staff(user)
    return (
        queryset if sees_everything(user) or is_unscoped(queryset.model) else nothing_of(queryset)
    )


class ScopedAdmin:
    """Limits an admin class or an inline to the user's scope.

    A posted key outside of it gets the same answer as one that does not exist.
    """

    model: type[Model]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return in_scope(super().get_queryset(request), request.user)  # type: ignore[misc]

    def get_field_queryset(
        self, db: str | None, db_field: Field, request: HttpRequest
    ) -> QuerySet[Any] | None:
        """Return the records that a relation's field offers and accepts.

        These are the records in the user's scope, and those that the user's records already refer
        to, such as a task's assignee. Otherwise saving the form would
        unassign the task.
        """
        ordered: QuerySet[Any] | None = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        offered = related_model(db_field)._default_manager.all() if ordered is None else ordered
        seen = in_scope(offered, request.user)
        if seen is offered:
            return ordered
        everything = self.model._default_manager.all()
        own = in_scope(everything, request.user)
        if own is everything or db_field.many_to_many:
            return seen
        # Looked up for the few records that a form shows: not collected for each of its rows.
        named = own.order_by().filter(**{db_field.name: OuterRef("pk")})
        among_seen = seen.order_by().filter(pk=OuterRef("pk"))
        return offered.filter(Q(Exists(among_seen)) | Q(Exists(named)))
