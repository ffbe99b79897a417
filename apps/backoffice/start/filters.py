"""The list filters of the start page's lines: the list shows exactly the records that a line counts."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.contrib.filters.admin import DropdownFilter

from apps.backoffice.start.links import PARAMETER
from apps.backoffice.start.numbers import NUMBERS, Number
from apps.backoffice.start.open_tasks import NEEDS, STANDING, OpenTask

LINES: list[OpenTask | Number] = [*NEEDS, *STANDING, *NUMBERS]


class StartPageFilter(DropdownFilter):
    """Filters by a line of the start page, with the query that the line counts with."""

    title = "what waits for you"
    parameter_name = PARAMETER

    def _lines(self, request: HttpRequest, model: type[Model]) -> dict[str, OpenTask | Number]:
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
