"""The numbers of a period that is over: computed once, stored, and the same from then on.

A period that is closed does not change, whatever is done to its records later. It is closed by a task
soon after it ended, or by the first person who asks for it. Two that ask at once store one.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import IntegerField, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from apps.reports.models import ClosedNumbers, ClosedPeriod

# The numbers of one record, by their names. A day's has the number of the day at its end.
type Numbers = dict[str, int]


def closed_numbers(
    name: str,
    period: str,
    compute: Callable[[], dict[UUID, Numbers]],
    label: Callable[[Iterable[UUID]], dict[UUID, str]],
    owners: QuerySet[Any] | None,
) -> dict[UUID, tuple[str, Numbers]]:
    """Return the stored label and numbers of each record of `owners` (None is all) for a period that is over.

    `compute` returns those of every record. It is called where nobody has stored them yet.
    """
    if not ClosedPeriod.objects.filter(name=name, period=period).exists():
        _close(name, period, compute, label)
    rows = ClosedNumbers.objects.filter(closed__name=name, closed__period=period)
    if owners is not None:
        rows = rows.filter(owner__in=owners)
    return {row.owner: (row.label, row.numbers) for row in rows}


def closed_total(
    name: str, period: str, number: str, owners: QuerySet[Any] | None
) -> QuerySet[Any]:
    """Return one row whose `n` is the sum of one number over the records of `owners`; none if not stored."""
    rows = ClosedNumbers.objects.filter(closed__name=name, closed__period=period)
    if owners is not None:
        rows = rows.filter(owner__in=owners)
    value = Cast(KeyTextTransform(number, "numbers"), IntegerField())
    return rows.order_by().values("closed__name").annotate(n=Coalesce(Sum(value), 0))


@transaction.atomic
def _close(
    name: str,
    period: str,
    compute: Callable[[], dict[UUID, Numbers]],
    label: Callable[[Iterable[UUID]], dict[UUID, str]],
) -> None:
    # The second of two waits here until the first has committed, and then finds the row.
    closed, is_new = ClosedPeriod.objects.get_or_create(name=name, period=period)
    if not is_new:
        return
    found = compute()
    labels = label(found)
    ClosedNumbers.objects.bulk_create(
        [
            ClosedNumbers(closed=closed, owner=owner, label=labels.get(owner, ""), numbers=numbers)
            for owner, numbers in found.items()
        ],
        batch_size=5_000,
    )
