"""How long something took, in words."""

from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import intcomma


def duration_in_words(duration: timedelta) -> str:
    """Return "0.8 s", "45 s", or "3 min 20 s"."""
    seconds = duration.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{intcomma(minutes)} min {rest} s" if rest else f"{intcomma(minutes)} min"


def took_too_long(limit: timedelta | None) -> str:
    words = duration_in_words(limit) if limit else "its time limit"
    return f"It took longer than {words}, so it was ended."
