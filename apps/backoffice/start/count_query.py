"""Many counts in one statement, and a few other values with them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.expressions import Combinable

from apps.accounts.models import User
from apps.core.admin.paginator import EXACT_UP_TO, TESTED_UP_TO
from apps.core.estimates import estimates
from apps.core.scope import is_tested_by_row


class CountOf(Subquery):
    """The number of rows of a queryset, as an expression."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class Counted(int):
    """A count as the page says it: beyond a bound, as its list says it."""

    words: str

    def __new__(cls, value: int, words: str = "") -> "Counted":
        made = super().__new__(cls, value)
        made.words = words or f"{value:,}"
        return made


def counts(
    user: User,
    querysets: Mapping[str, QuerySet[Any]],
    values: Mapping[str, Combinable] | None = None,
) -> tuple[dict[str, Counted], dict[str, Any]]:
    """Count all the querysets up to a bound, and ask for the values, in one statement.

    What is beyond its bound is estimated, all in one more statement. `user` only provides the row to
    select from.
    """
    bounds = {
        name: TESTED_UP_TO if is_tested_by_row(queryset) else EXACT_UP_TO
        for name, queryset in querysets.items()
    }
    # Prefixed, because our names can be those of fields.
    expressions: dict[str, Any] = {
        f"n_{name}": CountOf(queryset.order_by().values("pk")[: bounds[name] + 1])
        for name, queryset in querysets.items()
    } | {f"v_{name}": value for name, value in (values or {}).items()}
    if not expressions:
        return {}, {}
    row = User.objects.filter(pk=user.pk).values(**expressions).get()
    # Django sends no query for a queryset that is certainly empty, and its count is 0.
    found = {name: Counted(row[f"n_{name}"] or 0) for name in querysets}
    beyond = [name for name in querysets if found[name] > bounds[name]]
    found |= _beyond(querysets, beyond, bounds)
    return found, {name: row[f"v_{name}"] for name in values or {}}


def _beyond(
    querysets: Mapping[str, QuerySet[Any]], names: list[str], bounds: Mapping[str, int]
) -> dict[str, Counted]:
    """Return the numbers that were not counted to their end, as the lists behind them say them."""
    tested = {name for name in names if is_tested_by_row(querysets[name])}
    others = [name for name in names if name not in tested]
    expected = estimates([querysets[name].order_by().values("pk") for name in others])
    return {name: Counted(bounds[name] + 1, f"more than {bounds[name]:,}") for name in tested} | {
        name: Counted(max(number, bounds[name] + 1), f"about {max(number, bounds[name] + 1):,}")
        for name, number in zip(others, expected, strict=True)
    }
