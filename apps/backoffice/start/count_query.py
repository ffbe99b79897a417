"""Many counts in one statement."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from apps.accounts.models import User


class CountOf(Subquery):
    """The number of rows of a queryset, as an expression."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counts(user: User, querysets: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Count all the querysets in one statement; `user` only provides the row to select from."""
    if not querysets:
        return {}
    # Prefixed, because our names can be those of fields.
    expressions = {
        f"n_{name}": CountOf(queryset.order_by().values("pk"))
        for name, queryset in querysets.items()
    }
    row = User.objects.filter(pk=user.pk).values(**expressions).get()
    # Django sends no query for a queryset that is certainly empty, and its count is 0.
    return {name: row[f"n_{name}"] or 0 for name in querysets}
