"""The list filter by a measure: the list shows exactly the records that a report's number counts."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.reports.measures import MEASURES


class MeasureFilter(DropdownFilter):
    title = "what a report counts"
    parameter_name = "measure"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [
            (each.name, each.label)
            for each in MEASURES
            if each.records is not None and each.model is model_admin.model
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = MEASURES.get(self.value() or "")
        if found is None or found.records is None:
            return queryset
        return queryset.filter(pk__in=found.records(request.user).order_by().values("pk"))
