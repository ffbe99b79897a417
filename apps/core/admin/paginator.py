"""A paginator for lists of any length."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from apps.core.estimates import estimates
from apps.core.scope import is_tested_by_row
from apps.core.search import IGNORED, searching

EXACT_UP_TO = 2_000
# Where each row is tested for the reader's scope, counting 2,000 would take longer than the page.
TESTED_UP_TO = 1_000


class EstimatingPaginator(Paginator):
    """Counts exactly up to 2,000 rows, and asks the planner for an estimate beyond that.

    One statement for a short list, two for a long one, and neither reads more than 2,001 rows. The
    estimate depends on the table's statistics. It can be far off right after a large import, before
    autovacuum has run, and with filters on correlated columns. If the number matters (how many
    records an action is about to change), count the queryset itself.

    The matches of a search are counted where it collects them. Of a frequent word, "more than 10,000" is
    all that is said.
    """

    # Whether the count stopped at its bound, and whether it is exact beyond it.
    is_more = False
    is_counted = False
    is_about = False
    bound = EXACT_UP_TO
    # A search with more matches than this says no more than that.
    frequent = 10_000

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        rows = self.object_list.order_by().values("pk")
        if is_tested_by_row(self.object_list):
            self.bound, self.is_more = TESTED_UP_TO, True
        counted = rows[: self.bound + 1].count()
        if counted <= self.bound or self.is_more:
            return counted
        return max(counted, *estimates([rows]))

    def found(self, number: int | None, share: float) -> None:
        """Take over how many rows a search found; None where it stopped at the first ones.

        `share` is the expected share of all records that match.
        """
        if number is not None:
            self.count, self.is_counted = number, True
            return
        self.is_more = True
        rows: Any = self.object_list
        with searching(IGNORED):
            (others,) = estimates([rows.order_by().values("pk")])
        expected = int(share * others)
        # Statistics may be off by half: what is clearly more than the bound is said so, and what is
        # clearly too much to be counted for each page is said as an estimate.
        if expected > 2 * self.frequent:
            self.bound = self.frequent
            self.count = self.bound + 1
        elif expected > 1_000:
            self.count, self.is_about = expected, True

    @property
    def count_words(self) -> str:
        if self.is_estimate and self.is_more and not self.is_about:
            return f"more than {self.bound:,}"
        return f"{'about ' if self.is_estimate else ''}{self.count:,}"

    @property
    def is_estimate(self) -> bool:
        return self.is_about or (self.count > self.bound and not self.is_counted)
