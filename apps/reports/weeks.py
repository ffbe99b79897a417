"""The parameter "week" that reports share: an ISO week, Monday to Sunday, in the site's zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from apps.core.errors import DomainError
from apps.reports.params import Param, Token

_OFFERED = 26
# What lies outside has no week before or after it, or a time that no time zone knows.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Week:
    monday: date

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.monday, time.min))

    @property
    def end(self) -> datetime:
        """The first moment after the week."""
        return self.after.start

    @property
    def before(self) -> "Week":
        return Week(self.monday - timedelta(days=7))

    @property
    def after(self) -> "Week":
        return Week(self.monday + timedelta(days=7))

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(7)]

    @property
    def in_words(self) -> str:
        sunday = self.days[-1]
        first, last = f"{self.monday:%B %-d}", f"{sunday:%B %-d, %Y}"
        if self.monday.year != sunday.year:
            first += f", {self.monday.year}"
        elif self.monday.month == sunday.month:
            last = f"{sunday:%-d, %Y}"
        return f"{first} to {last}"

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"


def this_week() -> Week:
    return week_of(timezone.localdate())


def week_of(day: date) -> Week:
    return Week(day - timedelta(days=day.weekday()))


def parse_week(text: str) -> Week:
    """Return the week of "2026-W47" or "2026-11-18"."""
    try:
        # Python reads both an ISO week and a date here; a week alone is its Monday.
        day = date.fromisoformat(text)
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError
    except ValueError:
        raise DomainError(
            f"“{text}” is not a week. Write it like 2026-W47, or give a day such as 2026-11-18."
        ) from None
    return week_of(day)


def _choices() -> list[tuple[str, str]]:
    week = this_week()
    found = []
    for number in range(_OFFERED):
        label = {0: "This week", 1: "Last week"}.get(number, str(week))
        found.append((str(week), f"{label}: {week.in_words}"))
        week = week.before
    return found


WEEK = Param(
    name="week",
    label="Week",
    parse=parse_week,
    default=lambda: "this",
    choices=_choices,
    tokens={
        "last": Token("Last week", lambda day: str(week_of(day).before)),
        "this": Token("This week", lambda day: str(week_of(day))),
        "before_last": Token("The week before last", lambda day: str(week_of(day).before.before)),
    },
    words=lambda week: week.in_words,
    # A mail on Monday morning tells of the week that is over.
    mail_default=lambda: "last",
    is_period=True,
)
