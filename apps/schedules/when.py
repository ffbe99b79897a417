"""Reads the sentences that say when a schedule runs, such as "weekdays at 07:00"."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import product
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django_celery_beat.models import SOLAR_SCHEDULES

from apps.schedules.timing import (
    EARLIEST,
    LATEST,
    SHORTEST,
    Interval,
    Once,
    Sun,
    Timing,
    crontab,
)

EXAMPLES = (
    "every 15 minutes",
    "every 2 hours",
    "every hour at :10",
    "daily at 03:40",
    "weekdays at 07:00",
    "Mondays and Thursdays at 07:00",
    "on the 1st of each month at 06:00",
    "every year on December 24 at 09:00",
    "once on 2026-12-24 at 09:00",
    "cron: */5 8-18 * * 1-5",
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS = {
    "second": "seconds",
    "sec": "seconds",
    "minute": "minutes",
    "min": "minutes",
    "hour": "hours",
    "day": "days",
    "week": "weeks",
}
NAMED_DAYS = {"daily": "*", "every day": "*", "weekdays": "1-5", "weekends": "0,6"}


def parse(sentence: str, zone: str = "") -> Timing:
    """Return what a sentence says. Raises `ValueError` with a sentence that says what is understood.

    A time zone at the end of the sentence counts before `zone`, and that before the product's own.
    """
    words = " ".join(sentence.replace("“", "").replace("”", "").split()).rstrip(".")
    text, named = _split_zone(words)
    zone = named or zone or settings.TIME_ZONE
    if zone not in available_timezones():
        raise ValueError(f"“{zone}” is not a time zone. Write one such as Europe/Berlin or UTC.")
    if text.lower().startswith("on the last"):
        raise ValueError(
            "A schedule cannot name the last day of a month. Use the 1st of the next one."
        )
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(text):
            if named and read is _interval:
                raise ValueError("An interval counts the hours that pass, in every time zone.")
            return read(match, zone)
    raise ValueError(_refusal(text))


def _split_zone(words: str) -> tuple[str, str]:
    head, _, last = words.rpartition(" ")
    if words.lower().startswith("cron:"):
        fields = words[5:].split()
        return (" ".join(["cron:", *fields[:5]]), fields[5]) if len(fields) == 6 else (words, "")
    if head and (last == "UTC" or re.fullmatch(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+)+", last)):
        return head, last
    return words, ""


def _interval(match: re.Match[str], zone: str) -> Timing:
    unit = _UNITS[match["unit"].lower().removesuffix("s")]
    every = int(match["number"] or 1)
    if unit == "days" and not match["number"]:
        raise ValueError("Say at what time of the day: “daily at 07:00”.")
    if unit == "weeks":
        every, unit = every * 7, "days"
    timing = Interval(every, unit)
    if timing.span < SHORTEST:
        raise ValueError(f"The shortest interval is {SHORTEST.seconds} seconds.")
    if every > 2_147_483_647 or timing.span.days > 36_600:
        raise ValueError("The longest interval is 100 years.")
    return timing


def _hourly(match: re.Match[str], zone: str) -> Timing:
    minutes = re.findall(r":(\d+)", match["minutes"])
    return crontab([",".join(minutes), "*", "*", "*", "*"], zone)


def _named_days(match: re.Match[str], zone: str) -> Timing:
    named = match["days"].lower().removeprefix("on ")
    if (days := NAMED_DAYS.get(named)) is None:
        days = ",".join(_weekday(word) for word in _listed(named))
    return crontab([*_times(match["times"]), "*", "*", days], zone)


def _month_days(match: re.Match[str], zone: str) -> Timing:
    days = ",".join(_day(word) for word in _listed(match["days"]))
    return crontab([*_times(match["times"]), days, "*", "*"], zone)


def _yearly(match: re.Match[str], zone: str) -> Timing:
    month = _month(match["month"])
    return crontab([*_times(match["times"]), _day(match["day"]), month, "*"], zone)


def _once(match: re.Match[str], zone: str) -> Timing:
    try:
        moment = datetime.fromisoformat(f"{match['date']} {match['time'].zfill(5)}")
    except ValueError:
        raise ValueError(
            f"“{match['date']} {match['time']}” is not a date and a time, such as 2026-12-24 at 09:00."
        ) from None
    local = moment.replace(tzinfo=ZoneInfo(zone))
    try:
        at = local.astimezone(UTC)
        exists = at.astimezone(local.tzinfo).replace(tzinfo=None) == moment
    except OverflowError:
        raise ValueError(f"The year {moment.year} is out of range.") from None
    if not EARLIEST <= at <= LATEST:
        raise ValueError(f"The year {moment.year} is out of range.")
    if not exists:
        raise ValueError(f"The clock skips {moment:%H:%M} on {moment:%Y-%m-%d} in {zone}.")
    return Once(at)


def _cron(match: re.Match[str], zone: str) -> Timing:
    fields = match["fields"].split()
    if len(fields) != 5:
        raise ValueError(
            f"A crontab has five fields and not {len(fields)}: minute, hour, day of the month, month, and "
            "day of the week, such as “cron: */5 8-18 * * 1-5”."
        )
    return crontab(fields, zone)


def _sun(match: re.Match[str], zone: str) -> Timing:
    event = match["event"].lower()
    if event not in dict(SOLAR_SCHEDULES):
        known = ", ".join(sorted(dict(SOLAR_SCHEDULES)))
        raise ValueError(f"“{event}” is not an event of the sun. Known: {known}.")
    place = []
    for text, most in ((match["latitude"], 90), (match["longitude"], 180)):
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal(999)
        if not number.is_finite() or abs(number) > most:
            raise ValueError(f"“{text}” is not between -{most} and {most} degrees.")
        place.append(f"{number:.6f}")
    return Sun(event, *place)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_AT = r"at (?P<times>.+)"
_FORMS: list[tuple[re.Pattern[str], Callable[[re.Match[str], str], Timing]]] = [
    (
        _pattern(
            r"every (?:(?P<number>\d{1,12}) )?"
            r"(?P<unit>seconds?|secs?|minutes?|mins?|hours?|days?|weeks?)"
        ),
        _interval,
    ),
    (_pattern(r"(?:every hour|hourly) at (?P<minutes>:\d+(?:(?:,| and|, and) :\d+)*)"), _hourly),
    (
        _pattern(rf"on the (?P<days>\d.*?) (?:day )?of (?:each|every|the) month {_AT}"),
        _month_days,
    ),
    (
        _pattern(rf"(?:every year|yearly) on (?P<month>[a-z]+) (?P<day>\d+(?:st|nd|rd|th)?) {_AT}"),
        _yearly,
    ),
    (
        _pattern(r"once on (?P<date>\d{4}-\d{1,2}-\d{1,2}) at (?P<time>\d{1,2}:\d\d(?::\d\d)?)"),
        _once,
    ),
    (_pattern(r"cron: ?(?P<fields>.*)"), _cron),
    (_pattern(r"sun: ?(?P<event>\w+) (?P<latitude>\S+) (?P<longitude>\S+)"), _sun),
    (_pattern(rf"(?P<days>(?!once|every year)[a-z][a-z, ]*?) {_AT}"), _named_days),
]


def _listed(text: str) -> list[str]:
    return [word for word in re.split(r",? and |, ?", text.strip()) if word]


def _weekday(word: str) -> str:
    bare = word.strip().removeprefix("every ").removesuffix("s")
    if bare in ("weekday", "weekend"):
        return NAMED_DAYS[f"{bare}s"]
    for number, name in enumerate(WEEKDAYS):
        if bare == name.lower():
            return str(number)
    raise ValueError(
        f"“{word}” is not a day. Write daily, weekdays, weekends, or days such as Mondays and Thursdays."
    )


def _month(word: str) -> str:
    for number, name in enumerate(MONTHS, 1):
        if word.lower() in (name.lower(), name[:3].lower()):
            return str(number)
    raise ValueError(f"“{word}” is not a month.")


def _day(word: str) -> str:
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word, re.IGNORECASE)
    if match is None or not 1 <= int(match[1]) <= 31:
        raise ValueError(f"“{word}” is not a day of a month, such as 1st or 15th.")
    return str(int(match[1]))


def _times(text: str) -> tuple[str, str]:
    """Return minute and hour of times such as “07:00 and 19:00”."""
    times = set()
    for word in _listed(text):
        match = re.fullmatch(r"(\d{1,2}):(\d\d)", word)
        if match is None or int(match[1]) > 23 or int(match[2]) > 59:
            raise ValueError(f"“{word}” is not a time between 00:00 and 23:59, such as 07:00.")
        times.add((int(match[1]), int(match[2])))
    hours = sorted({hour for hour, _ in times})
    minutes = sorted({minute for _, minute in times})
    if times != set(product(hours, minutes)):
        raise ValueError(
            "The times of one schedule share their minute, such as 07:00 and 19:00. Make a second schedule "
            "for the others."
        )
    return ",".join(map(str, minutes)), ",".join(map(str, hours))


def _refusal(text: str) -> str:
    examples = ", ".join(f"“{example}”" for example in EXAMPLES)
    if not text:
        return f"Say when it runs, for example {examples}."
    return f"“{text}” is not understood. Write, for example, {examples}."
