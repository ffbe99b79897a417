"""The records that an import run made or changed, as a filter of their list."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.transfers.selectors.pages import run_for_reader
from apps.transfers.selectors.records import records_of_run

PARAMETER = "import_run"


class ImportRunFilter(DropdownFilter):
    """Offered where the address names a run, as the link of a run's page does."""

    title = "import"
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        run = request.GET.get(PARAMETER, "")
        # What a run wrote is told to those who may read the run.
        if not _is_run(run) or run_for_reader(request.user, int(run)) is None:
            return []
        return [(run, f"Run {run}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        run = self.value() or ""
        if not _is_run(run):
            return queryset
        return records_of_run(queryset, int(run))


def _is_run(value: str) -> bool:
    return value.isdecimal() and len(value) < 19
