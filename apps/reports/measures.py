"""The numbers of the product, each named and defined once. Pages, lists, reports, and mails use the same one."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import Model, QuerySet

from apps.core.actors import Actor
from apps.core.port import Registry
from apps.reports.results import Total

# Between the name of a measure and the days that it looks back over.
_OF = "."
MOST_DAYS = 365
_LONGEST = len(str(MOST_DAYS))


@dataclass(frozen=True)
class Measure:
    """A number: its label, the sentence that defines it, and the records that it counts.

    `records(actor)` are those of now, within the actor's scope; None is the system. A measure that
    looks back over some days has `of_days(actor, days)` instead. A measure of a period has neither:
    `apps.reports.closed_periods` keeps its numbers.
    """

    name: str
    label: str
    definition: str
    model: type[Model]
    records: Callable[[Any], QuerySet[Any]] | None = None
    of_days: Callable[[Any, int], QuerySet[Any]] | None = None
    # The days that the filter of the list offers.
    default_days: int = 30

    @property
    def is_listed(self) -> bool:
        """Whether a list can show the records."""
        return self.records is not None or self.of_days is not None


MEASURES = Registry[Measure](
    "measures", "the numbers that pages, lists, reports, and mails show", key=attrgetter("name")
)


def measure(name: str) -> Measure:
    """Return the measure of that name. Raises LookupError if no app declares it."""
    found = MEASURES.get(name)
    if found is None:
        raise LookupError(f"No app declares the measure “{name}”. Declare it in its measures.py.")
    return found


def records_of(name: str) -> Callable[[Any], QuerySet[Any]]:
    """Return the function that gives the records of a measure of now; it looks the measure up when it is called."""

    def records(actor: Actor) -> QuerySet[Any]:
        found = measure(name)
        if found.records is None:
            raise LookupError(f"“{name}” is counted for a period, not for now.")
        return found.records(actor)

    return records


def total_now(name: str, actor: Actor, days: int | None = None) -> Total:
    """Return a measure's number of now, with its definition and a link to the records that it counts.

    `days` is for a measure that looks back.
    """
    found = measure(name)
    value = name if days is None else f"{name}{_OF}{days}"
    link = f"{found.model._meta.label_lower}?measure={value}"
    rows = records_by_value(value, actor)
    if rows is None:
        raise LookupError(f"“{value}” is counted for a period, not for now.")
    return Total(found.label, rows.count(), definition=found.definition, link=link)


def records_by_value(value: str, actor: Actor) -> QuerySet[Any] | None:
    """Return the records of "overdue_tasks", or of the last 30 days of "organizations_at_risk.30".

    None if no measure is written so.
    """
    name, _, days = value.partition(_OF)
    found = MEASURES.get(name)
    if found is None or not is_listable(value):
        return None
    if found.of_days is not None:
        return found.of_days(actor, int(days))
    return found.records(actor) if found.records else None


def is_listable(value: str) -> bool:
    """Tell whether a list can show the records of a measure that is written so."""
    name, sign, days = value.partition(_OF)
    found = MEASURES.get(name)
    if found is None or found.of_days is None:
        return found is not None and found.records is not None and not sign
    is_number = days.isascii() and days.isdigit() and len(days) <= _LONGEST
    return is_number and 1 <= int(days) <= MOST_DAYS


def total_of(name: str, value: int, before: int | None = None, link: str = "") -> Total:
    """Return a measure's number of a period, and that of the period before."""
    found = measure(name)
    return Total(found.label, value, before, found.definition, link)
