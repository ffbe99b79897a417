"""The numbers of the product, each named and defined once. Pages, lists, reports, and mails use the same one."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import Model, QuerySet

from apps.core.actors import Actor
from apps.core.port import Registry
from apps.reports.results import Total


@dataclass(frozen=True)
class Measure:
    """A number: its label, the sentence that defines it, and the records that it counts.

    `records(actor)` are those of now, within the actor's scope; None is the system. A measure of a
    period has none: `apps.reports.closed_periods` keeps its numbers.
    """

    name: str
    label: str
    definition: str
    model: type[Model]
    records: Callable[[Any], QuerySet[Any]] | None = None


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


def total_now(name: str, actor: Actor) -> Total:
    """Return a measure's number of now, with its definition and a link to the records that it counts."""
    found = measure(name)
    link = f"{found.model._meta.label_lower}?measure={name}"
    return Total(
        found.label, records_of(name)(actor).count(), definition=found.definition, link=link
    )


def total_of(name: str, value: int, before: int | None = None, link: str = "") -> Total:
    """Return a measure's number of a period, and that of the period before."""
    found = measure(name)
    return Total(found.label, value, before, found.definition, link)
