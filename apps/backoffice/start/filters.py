"""The list filters of the start page's lines: the list shows exactly the records that a line counts."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.contrib.filters.admin import DropdownFilter

from apps.backoffice.start import numbers, open_tasks
from apps.backoffice.start.lines import Line
from apps.backoffice.start.links import PARAMETER

LINES: list[Line] = [*open_tasks.LINES, *numbers.LINES]


class StartPageFilter(DropdownFilter):
    """Filters by a line of the start page, with the query that the line counts with."""

    title = "on the start page"
    parameter_name = PARAMETER

    def _lines(self, request: HttpRequest, model: type[Model]) -> dict[str, Line]:
        user: Any = request.user
        return {
            line.name: line
            for line in LINES
            if line.model is model and user.has_perm(line.permission)
        }

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [
            (name, capfirst(line.short))
            for name, line in self._lines(request, model_admin.model).items()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        user: Any = request.user
        line = self._lines(request, queryset.model).get(self.value() or "")
        if line is None:
            return queryset
        return queryset.filter(pk__in=line.records(user).order_by().values("pk"))
