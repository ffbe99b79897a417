"""Writes the sentence of a timing: the inverse of `apps.schedules.when.parse`.

What is written is read as the same timing. What no sentence says is written as a crontab.
"""

from datetime import UTC
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core.wording import listed
from apps.schedules.timing import Crontab, Interval, Once, Sun, Timing, numbers
from apps.schedules.when import MONTHS, NAMED_DAYS, WEEKDAYS, parse

_MOST_TIMES = 12


def in_words(timing: Timing) -> str:
    """Return the sentence of a timing, without its time zone; one moment is given in the product's own."""
    if isinstance(timing, Interval):
        return _interval_in_words(timing)
    if isinstance(timing, Once):
        return _once_in_words(timing)
    if isinstance(timing, Sun):
        return f"sun: {timing.event} {timing.latitude} {timing.longitude}"
    sentence = _crontab_in_words(timing)
    # A crontab whose text says more than its numbers, such as 2-3, is no list of times.
    if sentence and parse(sentence, timing.zone) == timing:
        return sentence
    return f"cron: {' '.join(timing.fields)}"


def with_zone(timing: Timing) -> str:
    """Return the sentence of a timing with its time zone, where it has one."""
    words = in_words(timing)
    if isinstance(timing, Crontab):
        return f"{words} {timing.zone}"
    if isinstance(timing, Once) and not words.endswith("UTC"):
        return f"{words} {settings.TIME_ZONE}"
    return words


def _interval_in_words(interval: Interval) -> str:
    every, unit = interval.every, interval.period
    if (every, unit) == (1, "days"):
        every, unit = 24, "hours"
    return f"every {unit.removesuffix('s')}" if every == 1 else f"every {every} {unit}"


def _once_in_words(once: Once) -> str:
    local = once.at.astimezone(ZoneInfo(settings.TIME_ZONE))
    zone = ""
    if local.fold:
        # The clock shows this time twice, and without a word the first one is meant.
        local, zone = once.at.astimezone(UTC), " UTC"
    form = "%H:%M:%S" if local.second else "%H:%M"
    return f"once on {local:%Y-%m-%d} at {local.strftime(form)}{zone}"


def _crontab_in_words(timing: Crontab) -> str:
    minute, hour, month_day, month, week_day = timing.fields
    is_list = [set(field) <= set("0123456789,") for field in (minute, hour)]
    if is_list[0] and (hour, month_day, month, week_day) == ("*",) * 4:
        return f"every hour at {listed(f':{int(one):02}' for one in minute.split(','))}"
    if not all(is_list):
        return ""
    times = [f"{int(h):02}:{int(m):02}" for h in hour.split(",") for m in minute.split(",")]
    days = _days_in_words(month_day, month, week_day)
    return f"{days} at {listed(times)}" if days and len(times) <= _MOST_TIMES else ""


def _days_in_words(month_day: str, month: str, week_day: str) -> str:
    if (month_day, month) == ("*", "*"):
        known = {days: words for words, days in NAMED_DAYS.items() if words != "every day"}
        if week_day in known:
            return known[week_day]
        days = sorted(numbers("day_of_week", week_day), key=lambda day: (day - 1) % 7)
        return listed(f"{WEEKDAYS[day]}s" for day in days)
    if week_day != "*" or month_day == "*":
        return ""
    if month == "*":
        days = sorted(numbers("day_of_month", month_day))
        return f"on the {listed(map(_ordinal, days))} of each month" if len(days) <= 5 else ""
    if month.isdigit() and month_day.isdigit():
        return f"every year on {MONTHS[int(month) - 1]} {month_day}"
    return ""


def _ordinal(day: int) -> str:
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
