"""The parameters that a list accepts in its address: those that it declares, and no others.

Django takes any look-up of any local field from an address (`?password__startswith=a`), so that the
rows of a list could reveal values that no column shows. Here a parameter must be the search, a
page, the order of a sortable column, a popup's, one that a filter of the list reads, or one that
the ModelAdmin names in `link_parameters`. The export of a list and its bulk actions read the same
address in the same way.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.admin import FieldListFilter, SimpleListFilter
from django.contrib.admin.options import (
    IS_FACETS_VAR,
    IS_POPUP_VAR,
    TO_FIELD_VAR,
    IncorrectLookupParameters,
)
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin.mixins import RangeNumericMixin

from apps.core.admin.addresses import keyed_url
from apps.core.admin.paginator import EstimatingPaginator
from apps.core.admin.paging.changelist import LAST, PLACES, PagedChangeList
from apps.core.errors import AddressRefused

CONTROLS = frozenset(
    {SEARCH_VAR, PAGE_VAR, ORDER_VAR, ALL_VAR, IS_POPUP_VAR, TO_FIELD_VAR, *PLACES}
)
# Django reads these two before the filters. None of our lists uses them.
_STOCK = (ERROR_FLAG, IS_FACETS_VAR)
LONGEST_VALUE = 500
# The filters of the list that a record's page was opened from.
PRESERVED_FILTERS = "_changelist_filters"
# The errors that an unusable value raises, from the filter's form down to the database.
UNREADABLE = (
    IncorrectLookupParameters,
    FieldError,
    ValidationError,
    ValueError,
    OverflowError,
    DataError,
)
_TRUTHS = ("", "0", "1", "false", "true")
# Parameters that are given or not, as the links of a list give them.
_MARKS = {ALL_VAR: [[""], ["1"]], IS_POPUP_VAR: [["1"]], LAST: [["1"]]}
_PAGE = re.compile(r"[1-9][0-9]{0,8}")
_ORDER = re.compile(r"-?[0-9]{1,3}(\.-?[0-9]{1,3})*")


def declared_query(request: HttpRequest, names: Iterable[str], *, page_url: str) -> dict[str, str]:
    """Return the values of those `names` that the page was given, for a page that is not a list.

    Raises `AddressRefused` for any other parameter, for one that is given twice, and for one that
    is too long.
    """
    # Django's links carry these from a list to a record's pages.
    allowed = {*names, PRESERVED_FILTERS}
    for name, values in request.GET.lists():
        if name not in allowed:
            raise AddressRefused(f"This page has no parameter “{_short(name)}”.", page_url=page_url)
        if len(values) > 1:
            raise AddressRefused(f"The parameter “{name}” is given twice.", page_url=page_url)
        if name in _MARKS and values not in _MARKS[name]:
            raise AddressRefused(f"“{name}” must be 1.", page_url=page_url)
        if name != PRESERVED_FILTERS and any(len(value) > LONGEST_VALUE for value in values):
            raise AddressRefused(f"The value of “{name}” is too long.", page_url=page_url)
    return {name: request.GET[name] for name in names if name in request.GET}


def filter_parameters(model_admin: ModelAdmin, request: HttpRequest) -> set[str]:
    """Return the names of the parameters that the list's filters read."""
    names: set[str] = set(model_admin.link_parameters)
    for entry in model_admin.get_list_filter(request):
        if isinstance(entry, type) and issubclass(entry, SimpleListFilter):
            names.update(_simple_parameters(entry))
        else:
            names.update(_field_filter(entry, model_admin, request).expected_parameters())
    return names


def _simple_parameters(entry: type[SimpleListFilter]) -> set[str]:
    """Return the parameters that a filter without a field reads.

    The filter is not created for that, because its choices may cost a query.
    """
    if issubclass(entry, RangeNumericMixin):
        return {f"{entry.parameter_name}_from", f"{entry.parameter_name}_to"}
    return {str(entry.parameter_name)}


def _field_filter(entry: Any, model_admin: ModelAdmin, request: HttpRequest) -> Any:
    """Make a filter as the change list does, for an address without parameters."""
    path, make = entry if isinstance(entry, (list, tuple)) else (entry, FieldListFilter.create)
    field = get_fields_from_path(model_admin.model, path)[-1]
    return make(field, request, {}, model_admin.model, model_admin, field_path=path)


class DeclaredChangeList(PagedChangeList):
    """A list that refuses what its ModelAdmin does not declare."""

    def __init__(self, request: HttpRequest, model: type[Model], *args: Any, **kwargs: Any) -> None:
        opts = model._meta
        # Django passes everything positionally; the ModelAdmin is the tenth argument after the model.
        model_admin = kwargs.get("model_admin") or args[9]
        self.list_url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        for name, values in request.GET.lists():
            if name in _STOCK:
                raise self._refusal(f"This list has no filter “{name}”.")
            if any(len(value) > LONGEST_VALUE for value in values):
                raise self._refusal(f"The value of “{_short(name)}” is too long for this list.")
            if name in _MARKS and values not in _MARKS[name]:
                raise self._refusal(f"“{_short(name)}” must be 1.")
            if name == PAGE_VAR:
                self._refuse_number(values[-1], model_admin)
        super().__init__(request, model, *args, **kwargs)

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in CONTROLS}

    def get_filters(self, request: HttpRequest) -> Any:
        given = self.get_filters_params()
        for name, values in given.items():
            for value in values:
                if not self.model_admin.lookup_allowed(name, value, request):
                    raise self._refusal(f"This list has no filter “{_short(name)}”.")
                if name.endswith("__isnull") and value.lower() not in _TRUTHS:
                    raise self._refusal(f"The filter “{_short(name)}” must be true or false.")
        found = super().get_filters(request)
        specs, left = found[0], found[2]
        read = {name for spec in specs for name in spec.expected_parameters()}
        for name, values in given.items():
            # A filter without a choice is not applied, so its list would not be the one asked for.
            if any(values) and name not in read and name not in left:
                raise self._refusal(f"This list cannot be filtered by “{_short(name)}” now.")
        for spec in specs:
            if isinstance(spec, SimpleListFilter) and not _is_offered(spec):
                raise self._refusal(
                    f"The filter “{spec.title}” has no choice “{_short(str(spec.value()))}”."
                )
        return found

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        order = self.params.get(ORDER_VAR)
        if order and not self._may_order_by(order):
            raise self._refusal(f"This list cannot be sorted by “{_short(order)}”.")
        # The ModelAdmin's own order would follow in a direction of its own, which no index has: equal values
        # are told apart by the key.
        return super().get_ordering(request, queryset.order_by() if order else queryset)

    def get_ordering_field_columns(self) -> dict[int, str]:
        # The headers' links repeat the current order, so keep only the parts that are allowed.
        columns: dict[int, str] = super().get_ordering_field_columns()
        return {index: how for index, how in columns.items() if self._is_sortable(index)}

    def url_for_result(self, result: Model) -> str:
        opts = self.opts
        name = f"{self.model_admin.admin_site.name}:{opts.app_label}_{opts.model_name}_change"
        return keyed_url(name, getattr(result, self.pk_attname))

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            # The page no longer exists. Show the last page instead.
            paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
            self.page_num = paginator.num_pages
            super().get_results(request)

    def _refuse_number(self, value: str, model_admin: ModelAdmin) -> None:
        """Refuse a page by number, except in a list that pages by numbers. The first page is the list."""
        if not _PAGE.fullmatch(value):
            raise self._refusal(f"There is no page “{_short(value)}”.")
        if value != "1" and issubclass(model_admin.paginator, EstimatingPaginator):
            raise self._refusal(
                "The pages of this list have no numbers. Use “Next” and “Last”, or jump to a letter or "
                "a date."
            )

    def _may_order_by(self, order: str) -> bool:
        if not _ORDER.fullmatch(order):
            return False
        columns = [int(part.lstrip("-")) for part in order.split(".")]
        return len(columns) == len(set(columns)) and all(map(self._is_sortable, columns))

    def _is_sortable(self, index: int) -> bool:
        if index >= len(self.list_display):
            return False
        name = self.list_display[index]
        return name in self.sortable_by and bool(self.get_ordering_field(name))

    def _refusal(self, message: str) -> AddressRefused:
        return AddressRefused(message, list_url=self.list_url)


def _is_offered(spec: SimpleListFilter) -> bool:
    value = spec.value()
    # A filter of free text (Unfold's TextFilter) has no choices.
    return (
        not value
        or not spec.lookup_choices
        or value in {str(choice) for choice, _ in spec.lookup_choices}
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
