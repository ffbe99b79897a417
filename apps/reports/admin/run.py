"""The runs of reports, and the links to the reports themselves."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from apps.core.actors import in_the_name_of
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import (
    BAD,
    BUSY,
    EMPTY,
    GOOD,
    QUIET,
    moment_column,
    number,
    phrase,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.read_only import ReadOnlyAdmin
from apps.reports.admin.pages import urls
from apps.reports.admin.run_file import file, progress, progress_shown
from apps.reports.models import ReportRun
from apps.reports.registry import all_reports
from apps.reports.services import report_run_cancel

STATE_COLORS = {
    "queued": BUSY,
    "running": BUSY,
    "succeeded": GOOD,
    "expired": QUIET,
    "canceled": QUIET,
    "failed": BAD,
}
_LINK = "text-primary-600 dark:text-primary-500"


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
        "created_moment",
    ]
    list_filter = [
        ReportFilter,
        ("state", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        ("created_at", DayRangeFilter),
    ]
    list_select_related = ["started_by", "real_started_by"]
    search_fields = ["report", "period"]
    sortable_by: list[str] = []
    fieldsets = [
        (None, {"fields": ["state_shown", "title", "params_shown", "period", "rows_number"]}),
        ("File", {"fields": ["file_link", "format_name", "expires_moment"]}),
        (
            "Made",
            {
                "fields": [
                    "source_label",
                    "by",
                    "created_moment",
                    "started_moment",
                    "ended_moment",
                    "task_run_link",
                ]
            },
        ),
    ]
    actions_detail = ["cancel"]

    state_label = state_column("state", STATE_COLORS)
    source_label = state_column("source", {}, description="made for")
    created_moment = moment_column("created_at")
    started_moment = moment_column("started_at")
    expires_moment = moment_column("expires_at", description="kept until")
    ended_moment = moment_column("ended_at")

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "reports_reportrun"
        return [
            *urls(self),
            path("<int:pk>/file/", wrap(require_GET(file)), name=f"{name}_file"),
            path("<int:pk>/progress/", wrap(require_GET(progress)), name=f"{name}_progress"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether they see all runs, or it is their own."""
        return bool(
            super().has_view_permission(request, obj)
            or (obj is not None and obj.started_by_id == request.user.pk)
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        opens = Q(pk__isnull=False) if request.user.is_superuser else Q(started_by=request.user.pk)
        opens_it = Case(When(opens, then=Value(True)), default=Value(False))
        return super().get_queryset(request).annotate(opens=opens_it)

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

    @admin.display(description="state")
    def state_shown(self, run: Any) -> SafeString | str:
        """Show how far it is to people whose file it is; why it failed to everyone."""
        shown = self.state_label(run)
        if run.state in ReportRun.WORK_STATES and run.opens:
            return format_html("{}{}", shown, progress_shown(run))
        return format_html("{} {}", shown, phrase(run.error)) if run.error else shown

    @admin.display(description="parameters")
    def params_shown(self, run: ReportRun) -> str:
        return ", ".join(f"{name}: {value}" for name, value in run.params.items()) or EMPTY

    @admin.display(description="format")
    def format_name(self, run: ReportRun) -> str:
        return run.format.upper() or EMPTY

    @admin.display(description="file")
    def file_link(self, run: Any) -> SafeString | str:
        """Link to the file for people who may open it, and to a new report for others."""
        if run.state in ReportRun.WORK_STATES and run.opens:
            return EMPTY
        page = reverse("admin:reports_reportrun_report", args=[run.report])
        url, said = f"{page}?{urlencode(run.params)}", "View the report for this period"
        if run.opens and run.has_file:
            url = reverse("admin:reports_reportrun_file", args=[run.pk])
            said = "Download the file of this run"
        return format_html('<a href="{}" class="{}">{}</a>', url, _LINK, said)

    @confirmed(
        permission="reports.view_report",
        description="Cancel the run",
        icon="cancel",
        reason="none",
        explanation="A run that waits does not begin. One that is being made stops, and no file is kept.",
        when=lambda run: run.state in ReportRun.WORK_STATES and run.cancel_requested_at is None,
    )
    def cancel(self, request: HttpRequest, runs: QuerySet, answer: ConfirmationForm) -> str:
        user: Any = request.user
        new = sum(report_run_cancel(run=run, actor=user) for run in runs)
        return "Canceled." if new else "Nothing to do. Already canceled."

    @admin.display(description="task run")
    def task_run_link(self, run: ReportRun) -> str:
        return str(run.task_run_id or EMPTY)
