"""The runs of reports, and the links to the reports themselves."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from apps.core.actors import in_the_name_of
from apps.core.admin.display import (
    BAD,
    BUSY,
    EMPTY,
    GOOD,
    moment_column,
    number,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.read_only import ReadOnlyAdmin
from apps.reports.admin.pages import urls
from apps.reports.models import ReportRun
from apps.reports.registry import all_reports

STATE_COLORS = {"running": BUSY, "succeeded": GOOD, "failed": BAD}


class ReportFilter(DropdownFilter):
    title = "report"
    parameter_name = "report"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(report.name, report.title) for report in all_reports()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(report=self.value()) if self.value() else queryset


def title_of(name: str) -> str:
    return {report.name: report.title for report in all_reports()}.get(name, name)


@admin.register(ReportRun)
class ReportRunAdmin(ReadOnlyAdmin):
    list_display = [
        "title",
        "period",
        "source_label",
        "state_label",
        "rows_number",
        "by",
        "started_moment",
    ]
    list_filter = [
        ReportFilter,
        ("state", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        ("started_at", DayRangeFilter),
    ]
    list_select_related = ["started_by", "real_started_by"]
    search_fields = ["report", "period"]
    sortable_by: list[str] = []
    fieldsets = [
        (None, {"fields": ["title", "period", "state_label", "error", "rows_number", "file_link"]}),
        (
            "Made",
            {"fields": ["source_label", "by", "started_moment", "ended_moment", "task_run_link"]},
        ),
    ]

    state_label = state_column("state", STATE_COLORS)
    source_label = state_column("source", {}, description="made for")
    started_moment = moment_column("started_at")
    ended_moment = moment_column("ended_at")

    def get_urls(self) -> list[URLPattern]:
        return [*urls(self), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        opens = Q(pk__isnull=False) if request.user.is_superuser else Q(started_by=request.user.pk)
        return (
            super()
            .get_queryset(request)
            .annotate(
                opens=Case(When(opens & ~Q(file=""), then=Value(True)), default=Value(False)),
            )
        )

    @admin.display(description="report")
    def title(self, run: ReportRun) -> str:
        return title_of(run.report)

    @admin.display(description="rows")
    def rows_number(self, run: ReportRun) -> SafeString | str:
        return number(run.row_count)

    @admin.display(description="made by")
    def by(self, run: ReportRun) -> str:
        if run.started_by:
            return in_the_name_of(run.started_by, run.real_started_by)
        return "A command"

    @admin.display(description="file")
    def file_link(self, run: Any) -> SafeString | str:
        """Link to the file for people who may open it, and to a new report for others."""
        page = reverse("admin:reports_reportrun_report", args=[run.report])
        fresh = f"{page}?{urlencode(run.params)}"
        kept = reverse("admin:reports_reportrun_file", args=[run.pk])
        return format_html(
            '<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>',
            kept if run.opens else fresh,
            "Download the file of this run" if run.opens else "View the report for this period",
        )

    @admin.display(description="task run")
    def task_run_link(self, run: ReportRun) -> str:
        return str(run.task_run_id or EMPTY)
