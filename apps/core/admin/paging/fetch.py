"""The rows of one page: the values of the order's keys, and the records' keys, without anything joined to show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet

from apps.core.admin.paging.after import After
from apps.core.admin.paging.order import Key


@dataclass(frozen=True)
class Row:
    values: tuple[Any, ...]
    pk: Any


@dataclass(frozen=True)
class Place:
    """Where a page starts: after these values of the first keys, or at them."""

    values: Sequence[Any]
    inclusive: bool = False


@dataclass(frozen=True)
class Segment:
    """A part of the list that an index has in one piece: the rows with a first value, or those without."""

    where: Q
    keys: tuple[Key, ...]
    place: Place | None
    without_first: bool = False

    def of(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = queryset.filter(self.where) if self.where else queryset
        if self.place is not None:
            count = len(self.place.values)
            after = After(self.keys[:count], self.place.values, inclusive=self.place.inclusive)
            rows = rows.filter(after)
        return rows.order_by(*(key.order_by for key in self.keys))

    def row(self, found: Sequence[Any]) -> Row:
        *values, pk = found
        return Row((None, *values) if self.without_first else tuple(values), pk)


def segments(keys: Sequence[Key], place: Place | None) -> Iterator[Segment]:
    """Yield the parts of the list from a place on, in their order."""
    first, *others = keys
    if not first.nullable or not first.name or not others:
        yield Segment(Q(), tuple(keys), place)
        return
    at_none = place is not None and place.values[0] is None
    without = Segment(
        Q(**{f"{first.name}__isnull": True}),
        tuple(others),
        Place(place.values[1:], place.inclusive)
        if place and at_none and place.values[1:]
        else None,
        without_first=True,
    )
    within = Segment(
        Q(**{f"{first.name}__isnull": False}),
        (replace(first, nullable=False), *others),
        None if at_none else place,
    )
    parts = [without, within] if first.nulls_first else [within, without]
    # The place is in the second part: the first is before it.
    yield from parts[1:] if place is not None and (parts[0] is without) != at_none else parts


def fetch(
    queryset: QuerySet[Any], keys: Sequence[Key], place: Place | None, limit: int
) -> list[Row]:
    """Return at most `limit` rows after a place, in the order of the keys."""
    found: list[Row] = []
    for segment in segments(keys, place):
        columns = [key.expression for key in segment.keys]
        rows = segment.of(queryset).values_list(*columns, "pk")[: limit - len(found)]
        found += [segment.row(row) for row in rows]
        if len(found) >= limit:
            break
    return found
