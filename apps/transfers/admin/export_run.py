"""Exports: who exported what, and the file while it exists, only for its owner."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from apps.core.actors import require
from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import moment_column, number, state_column
from apps.core.admin.filter_labels import filters_in_words
from apps.core.admin.read_only import ReadOnly
from apps.core.downloads import attachment
from apps.core.errors import BelongsToColleague, RecordNotFound
from apps.core.sudo import require_fresh_factor
from apps.transfers import registry
from apps.transfers.access import dataset_card, permissions_to_export
from apps.transfers.admin.downloads import CONTENT_TYPES
from apps.transfers.models import ExportRun
from apps.transfers.models.uploads import private_storage
from apps.transfers.personal import EXPORT_PERSONAL

STATE_COLORS = {
    "queued": "info",
    "writing": "info",
    "ready": "success",
    "streamed": "success",
    "expired": "default",
    "canceled": "default",
    "failed": "danger",
}


@admin.register(ExportRun)
class ExportRunAdmin(ReadOnly, BaseAdmin):
    empty_text = "To export records, open their list and select Export."
    list_display = [
        "name",
        "format",
        "state_label",
        "rows_number",
        "asked_by",
        "created_moment",
        "expires_moment",
    ]
    list_select_related = ["user", "real_user"]
    list_filter = ["state", "format"]
    search_fields = ["dataset", "user__email"]
    search_help_text = "Dataset or person"
    ordering = ["-id"]

    state_label = state_column("state", STATE_COLORS)
    created_moment = moment_column("created_at", description="when")
    expires_moment = moment_column("expires_at", description="link expires")

    @display(description="export", ordering="dataset")
    def name(self, run: ExportRun) -> str:
        return f"{run.dataset.capitalize()}, export {run.pk}"

    @display(description="by", ordering="user")
    def asked_by(self, run: ExportRun) -> str:
        return run.asked_by

    @display(description="rows", ordering="rows")
    def rows_number(self, run: ExportRun) -> Any:
        return number(run.rows)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.get_object(request, object_id) if object_id else None
        if object_id and run is None:
            raise RecordNotFound(ExportRun, object_id)
        # The owner of an export can always see it, whatever else they may view.
        if run is None or not (
            run.user_id == request.user.pk or self.has_view_permission(request, run)
        ):
            raise PermissionDenied
        is_mine = run.user_id == request.user.pk
        if is_mine and run.personal_data and is_ready(run):
            # Check before the download: after a file, the browser would stay on the page that
            # asks.
            require_fresh_factor(request, "export personal data")
        context = {
            **self.admin_site.each_context(request),
            "title": run.filename,
            "opts": self.opts,
            "run": run,
            "state_color": STATE_COLORS.get(run.state, "default"),
            "columns": _labels(run),
            **_listed(run),
            "is_working": run.state in ExportRun.WORK_STATES,
            "is_mine": is_mine,
            "is_ready": is_ready(run),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/transfers/export/run.html", context)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:run_id>/download/",
                wrap(self.download_view),
                name="transfers_exportrun_download",
            ),
            path(
                "<int:run_id>/progress/",
                wrap(self.progress_view),
                name="transfers_exportrun_progress",
            ),
            *super().get_urls(),
        ]

    def download_view(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        """Return the file to its owner, while it exists and they still have the permission."""
        run = _own(request, run_id)
        require(request.user, *permissions_to_export(registry.get(run.dataset)))
        if run.personal_data:
            require(request.user, EXPORT_PERSONAL)
            require_fresh_factor(request, "export personal data")
        storage = private_storage()
        if not is_ready(run) or not storage.exists(run.path):
            messages.warning(request, "The file no longer exists. Export the list again.")
            return HttpResponseRedirect(reverse("admin:transfers_exportrun_change", args=[run.pk]))
        response = FileResponse(
            storage.open(run.path, "rb"), content_type=CONTENT_TYPES[run.format]
        )
        return attachment(response, run.filename)

    def progress_view(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        run = _own(request, run_id)
        return JsonResponse(
            {
                "state": run.state,
                "percent": None,
                "sentence": f"{run.rows:,} rows" if run.rows else "",
                "is_over": run.state not in ExportRun.WORK_STATES,
            }
        )


def _own(request: HttpRequest, run_id: int) -> ExportRun:
    user: Any = request.user
    run = ExportRun.objects.for_staff(user).select_related("user").filter(pk=run_id).first()
    if run is not None and run.user_id == user.pk:
        return run
    if run is None or not user.has_perm("transfers.view_exportrun"):
        raise RecordNotFound(ExportRun, str(run_id))
    raise BelongsToColleague(
        f"Export run {run.pk} was started by {run.user or 'the command line'}. You can "
        "view it, but only its "
        "owner can download it.",
        url=reverse("admin:transfers_exportrun_change", args=[run.pk]),
    )


def is_ready(run: ExportRun) -> bool:
    lasts = run.expires_at is None or run.expires_at > timezone.now()
    return run.state == ExportRun.State.READY and lasts and bool(run.path)


def _listed(run: ExportRun) -> dict[str, Any]:
    """Return which list was exported, its filters, and its URL."""
    query = QueryDict(run.query.get("query", ""))
    url = ""
    if label := run.query.get("list", ""):
        url = reverse(f"admin:{label.lower().replace('.', '_')}_changelist")
    return {
        "list_name": dataset_card(run.dataset).label,
        "list_url": f"{url}?{query.urlencode()}" if url and query else url,
        "filters_in_words": [*filters_in_words(query), *run.query.get("filters", {}).items()],
    }


def _labels(run: ExportRun) -> list[str]:
    known = {item.dataset(): item for item in registry.all_datasets()}
    columns = known[run.dataset].columns() if run.dataset in known else {}
    return [columns[name].label if name in columns else name for name in run.fields]
