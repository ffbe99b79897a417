"""Pages of entries, grouped for display."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils import timezone

from apps.audit.models import ChangeSet
from apps.audit.timeline.entries import load
from apps.audit.timeline.entry import Entry
from apps.audit.timeline.filters import TimelineFilter
from apps.audit.timeline.history_scope import scoped
from apps.audit.timeline.positions import Branch, newest
from apps.core.actors import PermissionHolder

PAGE = 30


@dataclass(frozen=True)
class Group:
    """Neighboring entries of one change set with one reason."""

    change_set: ChangeSet | None
    reason: str
    entries: list[Entry]


@dataclass(frozen=True)
class Day:
    date: date
    groups: list[Group]


@dataclass(frozen=True)
class Page:
    """A page of a timeline or of the log."""

    entries: list[Entry]
    # The next page starts below this position; None at the end.
    next_before: int | None
    # True if a search read many entries and stopped before it had filled the page.
    stopped_early: bool

    @cached_property
    def days(self) -> list[Day]:
        return [
            Day(day, [_group(list(group)) for _, group in groupby(entries, key=_same_group)])
            for day, entries in groupby(self.entries, key=_day)
        ]


def page(
    branches: Sequence[Branch],
    *,
    viewer: PermissionHolder,
    filter: TimelineFilter | None = None,
    before: int | None = None,
    about: object = None,
    limit: int = PAGE,
) -> Page:
    """Return the newest entries of `branches` below position `before` that `viewer` may see.

    See `positions`, `scope` and `load`.
    """
    seen = scoped(branches, viewer)
    found = newest(seen, filter or TimelineFilter(), before=before, limit=limit, viewer=viewer)
    return Page(
        load(found.rows, viewer=viewer, about=about), found.next_before, found.stopped_early
    )


def _day(entry: Entry) -> date:
    return timezone.localtime(entry.at).date()


def _same_group(entry: Entry) -> tuple[Any, str]:
    return entry.change_set.pk if entry.change_set else None, entry.reason


def _group(entries: list[Entry]) -> Group:
    return Group(entries[0].change_set, entries[0].reason, entries)
