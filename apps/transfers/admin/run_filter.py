"""A list filter: the records that an import created or changed."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.transfers.selectors.pages import run_for_reader
from apps.transfers.selectors.records import records_of_run

PARAMETER = "import_run"


class ImportRunFilter(DropdownFilter):
    """Offered if the URL names a run, as the link on a run's page does."""

    title = "import"
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        run = request.GET.get(PARAMETER, "")
        # Only people who may see a run learn what it wrote.
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
