"""Imports: the list of runs, and the page of a run. It also has the wizard's URLs."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import label, moment_column, number
from apps.core.admin.list_button import with_list_button
from apps.core.admin.read_only import ReadOnly
from apps.core.errors import RecordNotFound
from apps.transfers import registry
from apps.transfers.access import IMPORT, dataset_card
from apps.transfers.admin import downloads, run_page, undo_page
from apps.transfers.admin.result import state_label
from apps.transfers.admin.rows import ROW_PARAMETERS
from apps.transfers.admin.wizard import apply, check, columns, file
from apps.transfers.models import ImportRun


class DatasetFilter(admin.SimpleListFilter):
    title = "dataset"
    parameter_name = "dataset"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [
            (item.dataset(), dataset_card(item.dataset()).label) for item in registry.all_datasets()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(dataset=self.value()) if self.value() else queryset


class MineFilter(admin.SimpleListFilter):
    title = "owner"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("mine", "Mine")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(user=request.user) if self.value() == "mine" else queryset


def _rows_link(run: ImportRun, rows: int | None, query: str) -> SafeString | str:
    """Show a number of rows as a link to these rows."""
    if not rows:
        return number(rows)
    url = reverse("admin:transfers_importrun_change", args=[run.pk])
    return format_html(
        '<span class="qd-number"><a href="{}?tab=rows&amp;{}" '
        'class="qd-count text-primary-600 dark:text-primary-500">{}</a></span>',
        url,
        query,
        intcomma(rows),
    )


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, BaseAdmin):
    list_display = [
        "run_number",
        "file_name",
        "state_label",
        "dataset_label",
        "rows_number",
        "created_rows",
        "updated_rows",
        "refused_rows",
        "asked_by",
        "created_moment",
    ]
    page_parameters = ["tab", *ROW_PARAMETERS]
    list_display_links = ["file_name"]
    list_select_related = ["upload", "user", "real_user"]
    list_filter = ["state", DatasetFilter, MineFilter]
    search_fields = ["upload__name", "upload__sha256", "user__email", "reason"]
    search_help_text = "File name, SHA-256, person or reason"
    ordering = ["-id"]

    created_moment = moment_column("created_at", description="when")

    @display(description="state", ordering="state")
    def state_label(self, run: ImportRun) -> Any:
        return label(*state_label(run))

    @display(description="run", ordering="id")
    def run_number(self, run: ImportRun) -> int:
        return int(run.pk)

    @display(description="file")
    def file_name(self, run: ImportRun) -> str:
        return run.upload.name

    @display(description="by", ordering="user")
    def asked_by(self, run: ImportRun) -> str:
        return run.asked_by

    @display(description="dataset", ordering="dataset")
    def dataset_label(self, run: ImportRun) -> str:
        return dataset_card(run.dataset).label

    @display(description="rows", ordering="rows")
    def rows_number(self, run: ImportRun) -> Any:
        return _rows_link(run, run.rows if run.findings else None, "")

    @display(description="created")
    def created_rows(self, run: ImportRun) -> Any:
        rows = run.results.get("created", 0) if run.has_ended else None
        return _rows_link(run, rows, "verdict=create")

    @display(description="updated")
    def updated_rows(self, run: ImportRun) -> Any:
        rows = run.results.get("updated", 0) if run.has_ended else None
        return _rows_link(run, rows, "verdict=update")

    @display(description="refused")
    def refused_rows(self, run: ImportRun) -> Any:
        refused = run.counts.get("refused", 0) + run.results.get("refused", 0)
        return _rows_link(run, refused if run.planned_at else None, "verdict=refused")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if request.user.has_perm(IMPORT):
            url = reverse("admin:transfers_importrun_new")
            with_list_button(response, title="New import", icon="upload_file", url=url)
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.get_object(request, object_id) if object_id else None
        if object_id and run is None:
            raise RecordNotFound(ImportRun, object_id)
        if run is None or not self.has_view_permission(request, run):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **run_page.context(request, run),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/transfers/run/page.html", context)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        pages: list[tuple[str, Any, str]] = [
            ("new/", file.new, "new"),
            ("new/template/<slug:dataset>.<slug:format>", downloads.template, "template"),
            ("<int:run_id>/file/", file.found, "file"),
            ("<int:run_id>/columns/", columns.columns, "columns"),
            ("<int:run_id>/check/", check.check, "check"),
            ("<int:run_id>/check/reason/", check.keep_reason, "reason"),
            ("<int:run_id>/apply/", apply.watch, "apply"),
            ("<int:run_id>/cancel/", apply.cancel, "cancel"),
            ("<int:run_id>/progress/", apply.progress, "progress"),
            ("<int:run_id>/refused/", downloads.refused, "refused"),
            ("<int:run_id>/undo/", undo_page.undo, "undo"),
            ("<int:run_id>/undo/progress/", undo_page.undo_progress, "undo_progress"),
        ]
        own = [
            path(route, wrap(view), name=f"transfers_importrun_{name}")
            for route, view, name in pages
        ]
        return own + super().get_urls()
