"""Admin classes and inlines held to the user's scope: what they list, and what may be chosen."""

from typing import Any

from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest

from apps.core.actors import PermissionHolder
from apps.core.model_meta import related_model
from apps.core.scope import is_unscoped, nothing_of, sees_everything


def in_scope(queryset: QuerySet[Any], user: PermissionHolder) -> QuerySet[Any]:
    """Return what `user` sees of `queryset`; nothing for a limited user where the model declares nothing."""
    for_staff = getattr(queryset, "for_staff", None)
    if for_staff:
        return for_staff(user)
    return (
        queryset if sees_everything(user) or is_unscoped(queryset.model) else nothing_of(queryset)
    )


class ScopedAdmin:
    """Narrows an admin class or an inline to what the request's user sees.

    A posted key of a record outside of it is answered like one that does not exist.
    """

    model: type[Model]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return in_scope(super().get_queryset(request), request.user)  # type: ignore[misc]

    def get_field_queryset(
        self, db: str | None, db_field: Field, request: HttpRequest
    ) -> QuerySet[Any] | None:
        """Return the records that a relation's field offers and accepts.

        Beside what the user sees, these are the ones that the user's records name already, such as the
        colleague a task is assigned to: otherwise saving the form would unassign the task.
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
        named = own.exclude(**{db_field.name: None}).order_by().values(db_field.name)
        return offered.filter(Q(pk__in=seen.order_by().values("pk")) | Q(pk__in=named))
