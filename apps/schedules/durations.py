"""How long something took, in words, and what is usual."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from statistics import median

from django.contrib.humanize.templatetags.humanize import intcomma


def duration_in_words(duration: timedelta) -> str:
    """Return "under 0.1 s", "0.8 s", "45 s", or "3 min 20 s"."""
    seconds = duration.total_seconds()
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{intcomma(minutes)} min {rest} s" if rest else f"{intcomma(minutes)} min"


# The middle one of so many earlier successes is usual. With fewer than the least, nothing is.
USUAL_OF, FEWEST_SUCCESSES = 20, 5


def usual_of(durations: Iterable[timedelta]) -> timedelta | None:
    """Return what is usual after these durations of successes, the newest first; None if there are too few."""
    seconds = [duration.total_seconds() for duration in islice(durations, USUAL_OF)]
    return timedelta(seconds=median(seconds)) if len(seconds) >= FEWEST_SUCCESSES else None


def took_too_long(limit: timedelta | None) -> str:
    words = duration_in_words(limit) if limit else "its time limit"
    return f"It took longer than {words}, so it was ended."
