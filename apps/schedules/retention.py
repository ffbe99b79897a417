"""How long the record of a run is kept, unless its clean-up is told otherwise."""

from datetime import timedelta

KEPT_DAYS = 30
KEPT_FOR = timedelta(days=KEPT_DAYS)
# Of each schedule: so many that ended badly, and so many others, which must not push those out.
KEPT_RUNS = 3000
# Of one schedule, after a time without a scheduler: two days of the shortest interval, and more.
MOST_AT_ONCE = 20_000
# Of these, the latest that line up to run where each due time counts: more would not be kept either.
MOST_IN_LINE = KEPT_RUNS
