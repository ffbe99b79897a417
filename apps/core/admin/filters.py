"""List filters that are right, and answered by an index.

Use these and the single-valued ones of `unfold.contrib.filters.admin` (never with a star: the module
names a class that is not there). The multi-valued ones lose values in the filter sheet.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str


class DayRangeFilter(RangeDateFilter):
    """From one day to another, both whole: Unfold's own loses the last day of a date with a time."""

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


def _day(value: Any) -> date | None:
    return parse_date_str(value) if isinstance(value, str) and value else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
