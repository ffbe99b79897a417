"""The filters of the list of runs."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

# Parameters of a list that choose nothing.
_NOT_A_CHOICE = {"o", "p", "all", "e"}


class SourceFilter(DropdownFilter):
    title = "who started it"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("schedule", "Schedule"), ("person", "A person")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> Any:
        if self.value() in ("schedule", "person"):
            return queryset.filter(started_by__isnull=self.value() == "schedule")
        return queryset


class FrequentFilter(DropdownFilter):
    """Leaves the successes of minute-by-minute housekeeping out of a list that asks for nothing in particular."""

    title = "frequent successes"
    parameter_name = "frequent"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("shown", "Shown"), ("hidden", "Hidden")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "hidden" or hides_frequent(request):
            return queryset.without_frequent_successes()
        return queryset


def hides_frequent(request: HttpRequest) -> bool:
    """Return whether the list hides frequent successes without being asked: not beside another choice."""
    return not set(request.GET) - _NOT_A_CHOICE
