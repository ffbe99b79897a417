"""How long the record of a run is kept."""

from datetime import timedelta

KEPT_FOR = timedelta(days=30)
# Of each schedule, of the runs that ended well, were skipped or were missed.
KEPT_RUNS = 3000
# Of one schedule, after a time without a scheduler: two days of the shortest interval, and more.
MOST_AT_ONCE = 20_000
