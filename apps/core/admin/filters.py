"""List filters that find the right rows and use an index.

Use these and the single-valued ones of `unfold.contrib.filters.admin` (never with `import *`: the
module names a class that does not exist). The multi-valued ones lose values in the filter sheet.
"""

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import DateTimeField, Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm
from unfold.utils import parse_date_str

from apps.core.admin.scoped_admin import in_scope
from apps.core.port import Registry


class RecordForm(AutocompleteDropdownForm):
    """Shows the chosen record's name only to people who may see the record; Unfold's form shows any."""

    def __init__(self, request: HttpRequest, name: str, *args: object, **kwargs: object) -> None:
        super().__init__(request, name, *args, **kwargs)
        field: Any = self.fields[name]
        field.queryset = in_scope(field.queryset.all(), request.user)


class RecordFilter(AutocompleteSelectFilter):
    """A filter by one related record, found by search, within the user's scope."""

    form_class = RecordForm


class DayRangeFilter(RangeDateFilter):
    """A range of whole days, both included. Unfold's own loses most of the last day of a time field."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first = _day(self.used_parameters.get(f"{self.parameter_name}_from"))
        last = _day(self.used_parameters.get(f"{self.parameter_name}_to"))
        has_time = isinstance(self.field, DateTimeField)
        if first:
            queryset = queryset.filter(
                **{f"{self.parameter_name}__gte": _midnight(first) if has_time else first}
            )
        if last:
            after = last + timedelta(days=1)
            queryset = queryset.filter(
                **{f"{self.parameter_name}__lt": _midnight(after) if has_time else after}
            )
        return queryset


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not value:
        return None
    day: date | None = parse_date_str(value)
    if day is None or day.year == MAXYEAR:
        raise IncorrectLookupParameters(f"“{value}” is not a date.")
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class AddedFilter:
    """A filter of a higher app on the list of a model, whichever app owns its page."""

    model: type[Model]
    filter_class: Any

    def __str__(self) -> str:
        return f"{self.model._meta.label}: {self.filter_class.__name__}"


ADDED_FILTERS = Registry[AddedFilter](
    "added filters", "filters of higher apps on lists of lower ones", key=str
)


def added_filters(model: type[Model]) -> list[Any]:
    return [added.filter_class for added in ADDED_FILTERS if added.model is model]
