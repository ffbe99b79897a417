"""The filters of the list of schedules, one of which the list of runs has as well."""

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.schedules.admin.schedule_form import task_choices
from apps.schedules.models import TaskRun
from apps.schedules.task_names import declared_tasks


class EnabledFilter(DropdownFilter):
    title = "state"
    parameter_name = "enabled"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("1", "Enabled"), ("0", "Disabled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("0", "1"):
            return queryset.filter(enabled=self.value() == "1")
        return queryset


class TaskFilter(DropdownFilter):
    title = "task"
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [*task_choices()[1:], ("-", "Not declared")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        field = "task_name" if queryset.model is TaskRun else "task"
        if self.value() == "-":
            return queryset.exclude(**{f"{field}__in": [task.name for task in declared_tasks()]})
        return queryset.filter(**{field: self.value()}) if self.value() else queryset
