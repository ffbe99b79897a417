"""Counts of related records for each row of a list, in the list's own statement."""

from django.db.models import Count, F, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def count_subquery(queryset: QuerySet[Model], key: str) -> Coalesce:
    """Return an expression that counts the rows of `queryset` whose `key` is the outer row.

    The database evaluates it only for the rows of the page, with the index on the key.
    """
    counts = (
        queryset.filter(**{key: OuterRef("pk")})
        .order_by()
        .annotate(_owner=F(key))
        .values("_owner")
        .annotate(_number=Count("pk"))
        .values("_number")
    )
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)
