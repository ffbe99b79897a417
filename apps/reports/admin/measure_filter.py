"""The list filter by a measure: the list shows exactly the records that a report's number counts."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.core.wording import plural
from apps.reports.measures import MEASURES, is_listable, records_by_value


class MeasureFilter(DropdownFilter):
    title = "what a report counts"
    parameter_name = "measure"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Offer each measure of the list's model. One that looks back is offered for the days of the address."""
        given = request.GET.get(self.parameter_name, "")
        found = []
        for each in MEASURES:
            if each.model is not model_admin.model or not each.is_listed:
                continue
            if each.of_days is None:
                found.append((each.name, each.label))
                continue
            is_asked = given.startswith(f"{each.name}.") and is_listable(given)
            value = given if is_asked else f"{each.name}.{each.default_days}"
            days = value.rpartition(".")[2]
            found.append((value, f"{each.label}, last {plural(int(days), 'day')}"))
        return found

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        records = records_by_value(self.value() or "", request.user)
        if records is None:
            return queryset
        return queryset.filter(pk__in=records.order_by().values("pk"))
