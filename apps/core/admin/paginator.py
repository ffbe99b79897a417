"""A paginator for lists of any length."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet

EXACT_UP_TO = 10_000


class EstimatingPaginator(Paginator):
    """Counts exactly up to 10,000 rows, and asks the planner for an estimate beyond that.

    One statement for a short list, two for a long one, and neither reads more than 10,001 rows. The
    estimate depends on the table's statistics. It can be far off right after a large import, before
    autovacuum has run, and with filters on correlated columns. If the number matters (how many
    records an action is about to change), count the queryset itself.
    """

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        rows = self.object_list.order_by().values("pk")
        counted = rows[: EXACT_UP_TO + 1].count()
        if counted <= EXACT_UP_TO:
            return counted
        return max(counted, estimate(rows))

    @property
    def is_estimate(self) -> bool:
        return self.count > EXACT_UP_TO


def estimate(queryset: QuerySet) -> int:
    """Return how many rows the planner expects of a query; see `EstimatingPaginator` for its faults."""
    sql, params = queryset.query.sql_with_params()
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (plan,) = cursor.fetchone()
    return int(plan[0]["Plan"]["Plan Rows"])
