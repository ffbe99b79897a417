"""The runs of reports, and the links to the reports themselves."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Case, Model, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from apps.core.actors import in_the_name_of
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import (
    BAD,
    BUSY,
    EMPTY,
    GOOD,
    WAITING,
    moment_column,
    number,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.inlines import BaseTabularInline
from apps.core.admin.read_only import ReadOnly, ReadOnlyAdmin
from apps.core.personal import reveal
from apps.reports.admin.pages import urls
from apps.reports.models import ReportDelivery, ReportRun
from apps.reports.registry import all_reports

STATE_COLORS = {"running": BUSY, "succeeded": GOOD, "failed": BAD}
DELIVERY_COLORS = {
    "waiting": WAITING,
    "sending": BUSY,
    "sent": GOOD,
    "retrying": WAITING,
    "refused": BAD,
    "uncertain": BAD,
}


class ReportFilter(DropdownFilter):
    title = "report"
    parameter_name = "report"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(report.name, report.title) for report in all_reports()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(report=self.value()) if self.value() else queryset


def title_of(name: str) -> str:
    return {report.name: report.title for report in all_reports()}.get(name, name)


class DeliveryInline(ReadOnly, BaseTabularInline):
    model = ReportDelivery
    verbose_name_plural = "mails"
    fields = ["address", "state_label", "sent_moment", "error"]
    readonly_fields = fields
    show_change_link = False

    @display(description="e-mail")
    def address(self, delivery: ReportDelivery) -> str:
        return reveal(delivery.email, key=delivery.recipient_id)

    state_label = state_column("state", DELIVERY_COLORS)
    sent_moment = moment_column("sent_at")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.has_perm("reports.view_reportrun"))


@admin.register(ReportRun)
class ReportRunAdmin(ReadOnlyAdmin):
    list_display = [
        "title",
        "period",
        "source_label",
        "state_label",
        "rows_number",
        "mails",
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
    inlines = [DeliveryInline]
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
        sent = ReportDelivery.objects.filter(state=ReportDelivery.State.SENT)
        opens = Q(pk__isnull=False) if request.user.is_superuser else Q(started_by=request.user.pk)
        return (
            super()
            .get_queryset(request)
            .annotate(
                mails_sent=count_subquery(sent, "run"),
                opens=Case(When(opens & ~Q(file=""), then=Value(True)), default=Value(False)),
            )
        )

    @admin.display(description="report")
    def title(self, run: ReportRun) -> str:
        return title_of(run.report)

    @admin.display(description="rows")
    def rows_number(self, run: ReportRun) -> SafeString | str:
        return number(run.row_count)

    @admin.display(description="mails sent")
    def mails(self, run: Any) -> SafeString | str:
        return number(run.mails_sent) if run.source == ReportRun.Source.MAIL else EMPTY

    @admin.display(description="made by")
    def by(self, run: ReportRun) -> str:
        if run.started_by:
            return in_the_name_of(run.started_by, run.real_started_by)
        return "Schedule" if run.source == ReportRun.Source.MAIL else "A command"

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
