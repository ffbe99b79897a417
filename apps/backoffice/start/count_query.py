"""Many counts in one statement, and a few other values with them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.expressions import Combinable

from apps.accounts.models import User


class CountOf(Subquery):
    """The number of rows of a queryset, as an expression."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counts(
    user: User,
    querysets: Mapping[str, QuerySet[Any]],
    values: Mapping[str, Combinable] | None = None,
) -> tuple[dict[str, int], dict[str, Any]]:
    """Count all the querysets, and ask for the values, in one statement.

    `user` only provides the row to select from.
    """
    # Prefixed, because our names can be those of fields.
    expressions: dict[str, Any] = {
        f"n_{name}": CountOf(queryset.order_by().values("pk"))
        for name, queryset in querysets.items()
    } | {f"v_{name}": value for name, value in (values or {}).items()}
    if not expressions:
        return {}, {}
    row = User.objects.filter(pk=user.pk).values(**expressions).get()
    # Django sends no query for a queryset that is certainly empty, and its count is 0.
    return (
        {name: row[f"n_{name}"] or 0 for name in querysets},
        {name: row[f"v_{name}"] for name in values or {}},
    )
