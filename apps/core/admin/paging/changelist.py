"""A change list whose pages start at a place in its order; see this package's docstring."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.views import ChangeList

from apps.core.admin.paginator import EstimatingPaginator
from apps.core.admin.paging.fetch import Place, Row, fetch
from apps.core.admin.paging.jump import Jump, UnreadableJumpError, jump_of
from apps.core.admin.paging.order import Key, keys_of
from apps.core.admin.paging.place import UnknownPlaceError, decode, encode
from apps.core.admin.paging.search import fetch_matches
from apps.core.errors import AddressRefused
from apps.core.search import search_of

AFTER, BEFORE, LAST, FROM = "_after", "_before", "_last", "_from"
PLACES = (AFTER, BEFORE, LAST, FROM)


@dataclass(frozen=True)
class Pages:
    """The addresses of the pages beside this one; empty ones do not exist."""

    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""
    jump: Jump | None = None
    # What the form of the jump repeats of the address.
    hidden: Sequence[tuple[str, str]] = ()
    # What was jumped to.
    jumped: str = ""


class PagedChangeList(ChangeList):
    pages: Pages | None = None
    multi_page: bool

    @property
    def count_words(self) -> str:
        """The number of rows as the page says it: an estimate says that it is one."""
        return str(getattr(self.paginator, "count_words", f"{self.result_count:,}"))

    @cached_property
    def is_paged_by_place(self) -> bool:
        """Whether pages start at a place. A ModelAdmin with its own paginator keeps its page numbers."""
        return issubclass(self.model_admin.paginator, EstimatingPaginator)

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        # No link of the list keeps the place, except those to other pages.
        for name in PLACES:
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        found: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        return found

    def _get_deterministic_ordering(self, ordering: Any) -> list[Any]:
        """End with the key in the direction of the key before it, so that one index has the order."""
        given = list(ordering)
        found: list[Any] = super()._get_deterministic_ordering(list(given))
        if len(found) == len(given) + 1 and found[-1] == "-pk" and given:
            before = given[-1]
            falls = before.startswith("-") if isinstance(before, str) else before.descending
            found[-1] = "-pk" if falls else "pk"
        return found

    def get_results(self, request: HttpRequest) -> None:
        if not self.is_paged_by_place:
            super().get_results(request)
            return
        given = {name: request.GET[name] for name in PLACES if name in request.GET}
        if len(given) > 1:
            raise self._no_such_place("A list starts at one place.")
        self._prepare(request)
        if not self.is_searched or self.show_all:
            self._count(self.paginator.count)
            if not given and (not self.multi_page or (self.show_all and self.can_show_all)):
                self.result_list = self.queryset._clone()
                return
        keys = keys_of(self.queryset, self.queryset.query.order_by)
        rows, has_previous, has_next = self._page(keys, given)
        if self.is_searched:
            self.paginator.found(self.matches, self.share)
            self._count(self.paginator.count)
        self.multi_page = self.multi_page or has_previous or has_next
        self.result_list = self._records([row.pk for row in rows])
        self.pages = self._links(keys, rows, has_previous, has_next, given.get(FROM, ""))

    def _prepare(self, request: HttpRequest) -> None:
        """Set what Django's own `get_results` sets, beside the rows and their number."""
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.is_searched = search_of(self.queryset) is not None
        # How many rows a search has; None where the first ones were found without counting.
        self.matches: int | None = None
        self.share = 0.0
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True

    def _count(self, number: int) -> None:
        self.result_count = number
        self.can_show_all = number <= self.list_max_show_all
        self.multi_page = number > self.list_per_page

    def _fetch(self, keys: Sequence[Key], place: Place | None) -> list[Row]:
        """Return the rows of a page after a place, and one more."""
        if not self.is_searched:
            return fetch(self.queryset, keys, place, self.list_per_page + 1)
        found = fetch_matches(self.queryset, keys, place, self.list_per_page + 1)
        self.matches, self.share = found.total, found.share
        return found.rows

    def _page(self, keys: list[Key], given: dict[str, str]) -> tuple[list[Row], bool, bool]:
        """Return the rows, and whether there are some before and after them."""
        size = self.list_per_page
        if BEFORE in given:
            rows, more = self._upward(keys, self._place(keys, given[BEFORE]))
            # A page that is not full would begin before the first row.
            return (rows, more, True) if more else self._page(keys, {})
        if LAST in given:
            rows, more = self._upward(keys, None)
            return rows, more, False
        place = None
        if AFTER in given:
            place = self._place(keys, given[AFTER])
        elif FROM in given:
            place = self._jumped(keys, given[FROM])
        rows = self._fetch(keys, place)
        if place is not None and not rows:
            # What was there is gone, or the jump led past the end.
            return self._page(keys, {LAST: "1"})
        return rows[:size], place is not None, len(rows) > size

    def _upward(self, keys: list[Key], place: Place | None) -> tuple[list[Row], bool]:
        """Return the page that ends before a place, and whether there is more before it."""
        size = self.list_per_page
        rows = self._fetch([key.reversed for key in keys], place)
        return rows[:size][::-1], len(rows) > size

    def _place(self, keys: list[Key], text: str) -> Place:
        try:
            return Place(decode(keys, text, self.root_queryset))
        except UnknownPlaceError as error:
            raise self._no_such_place(
                "This list has no such page. The record where it began may be gone, or the list is "
                "sorted in another way."
            ) from error

    def _jumped(self, keys: list[Key], text: str) -> Place:
        jump = jump_of(self.model, keys[0])
        if jump is None:
            raise self._no_such_place("This order has no letters and no dates to jump to.")
        try:
            return jump.place(text)
        except UnreadableJumpError as error:
            raise self._no_such_place(str(error)) from error

    def _records(self, pks: list[Any]) -> QuerySet[Any]:
        """Return the records of the page, with what the list shows of them.

        The filters and the search found the keys. They are not asked again, unless they added something
        that a column may show.
        """
        root, found = self.root_queryset, self.queryset
        if set(found.query.annotations) <= set(root.query.annotations):
            rows = root.filter(pk__in=pks).order_by(*found.query.order_by)
            return rows if rows.query.select_related else self.apply_select_related(rows)
        return found.filter(pk__in=pks)

    def _links(
        self, keys: list[Key], rows: list[Row], has_previous: bool, has_next: bool, jumped: str
    ) -> Pages:
        def at(name: str, row: Row) -> str:
            return str(self.get_query_string({name: encode(keys, row.values, row.pk)}))

        hidden = [(name, value) for name, values in self.filter_params.items() for value in values]
        return Pages(
            first=self.get_query_string() if has_previous else "",
            previous=at(BEFORE, rows[0]) if has_previous and rows else "",
            next=at(AFTER, rows[-1]) if has_next and rows else "",
            last=self.get_query_string({LAST: "1"}) if has_next else "",
            jump=jump_of(self.model, keys[0]),
            hidden=hidden,
            jumped=jumped,
        )

    def _no_such_place(self, message: str) -> AddressRefused:
        opts = self.model._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        return AddressRefused(message, list_url=url)
