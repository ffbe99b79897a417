"""The page of a bulk action: its plan, its progress, its result, and its undo."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.bulk.actions import BULK_ACTIONS, label_of
from apps.bulk.admin.reason_form import ReasonForm
from apps.bulk.admin.run_page import progress_of, run_context, typed_for
from apps.bulk.models import BulkRun
from apps.bulk.selectors import not_done_file
from apps.bulk.services import bulk_run_cancel, bulk_run_confirm, bulk_run_undo
from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import (
    BAD,
    BUSY,
    GOOD,
    QUIET,
    WAITING,
    moment_column,
    number,
    state_column,
)
from apps.core.admin.read_only import ReadOnly
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.downloads import attachment
from apps.core.errors import DomainError, RecordNotFound
from apps.core.sudo import require_fresh_factor

STATE_COLORS = {
    "planning": BUSY,
    "planned": WAITING,
    "applying": BUSY,
    "applied": GOOD,
    "applied_in_part": WAITING,
    "canceled": QUIET,
    "failed": BAD,
    "undoing": BUSY,
    "undo_stopped": WAITING,
    "undone": QUIET,
    "undone_in_part": WAITING,
}
_PAGE = "admin:bulk_bulkrun_change"


@admin.register(BulkRun)
class BulkRunAdmin(ReadOnly, BaseAdmin):
    empty_text = "Select more than 200 records of a list and choose an action to start one."
    list_display = ["title", "state_label", "changed_number", "asked", "created_moment"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_select_related = ["user", "real_user"]
    search_fields = ["action", "user__email", "reason"]
    search_help_text = "Action, person, or reason"
    sortable_by: list[str] = []
    ordering = ["-id"]
    ask_reason = False

    state_label = state_column("state", STATE_COLORS)
    created_moment = moment_column("created_at")

    @display(description="action")
    def title(self, run: BulkRun) -> str:
        return f"{label_of(run.action)}, bulk action {run.pk}"

    @display(description="changed")
    def changed_number(self, run: BulkRun) -> SafeString | str:
        return number(run.results.get("changed"))

    @display(description="by")
    def asked(self, run: BulkRun) -> str:
        return run.asked_by

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "bulk_bulkrun"
        return [
            path("<int:run_id>/confirm/", wrap(self.confirm_view), name=f"{name}_confirm"),
            path("<int:run_id>/cancel/", wrap(self.cancel_view), name=f"{name}_cancel"),
            path("<int:run_id>/undo/", wrap(self.undo_view), name=f"{name}_undo"),
            path("<int:run_id>/progress/", wrap(self.progress_view), name=f"{name}_progress"),
            path("<int:run_id>/skipped/", wrap(self.skipped_view), name=f"{name}_skipped"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None:
            raise PermissionDenied
        run = self._run(request, object_id)
        return self._page(request, run)

    def confirm_view(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        """Apply the plan that the page shows."""
        run = self._run(request, run_id)
        if request.method == "POST":
            found = BULK_ACTIONS.get(run.action)
            if found is not None and found.sudo:
                require_fresh_factor(request, "change many records at once")
            typed = typed_for(run, found.action) if found else ""
            return self._do(request, run, bulk_run_confirm, typed=typed)
        return _to(run)

    def undo_view(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        run = self._run(request, run_id)
        if request.method == "POST":
            require_fresh_factor(request, "undo a bulk action")
            return self._do(request, run, bulk_run_undo)
        return _to(run)

    def cancel_view(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        run = self._run(request, run_id)
        if request.method == "POST":
            try:
                bulk_run_cancel(run=run, actor=request.user)
            except DomainError as error:
                messages.error(request, error.message)
        return _to(run)

    def progress_view(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        run = self._run(request, run_id)
        percent, sentence = progress_of(run)
        return JsonResponse(
            {
                "state": run.state,
                "percent": percent,
                "sentence": sentence,
                "is_over": not run.is_working,
            }
        )

    def skipped_view(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        """Return the file of what was skipped, left alone, or kept."""
        run = self._run(request, run_id)
        content = StreamingHttpResponse(
            not_done_file(run, request.user), content_type="text/csv; charset=utf-8"
        )
        return attachment(content, f"bulk-action-{run.pk}-not-changed.csv")

    def _run(self, request: HttpRequest, key: object) -> BulkRun:
        """Return the run: of the user themselves, or of anybody for people who may view runs."""
        user: Any = request.user
        text = str(key)
        rows = BulkRun.objects.for_staff(user).select_related(
            "user", "real_user", "undo_user", "undo_real_user"
        )
        run = rows.filter(pk=text).first() if text.isdecimal() and len(text) < 18 else None
        if run is None:
            raise RecordNotFound(BulkRun, text)
        if run.user_id != user.pk and not self.has_view_permission(request, run):
            raise PermissionDenied
        return run

    def _do(
        self,
        request: HttpRequest,
        run: BulkRun,
        service: Callable[..., BulkRun],
        typed: str = "",
    ) -> HttpResponseBase:
        # Whether a reason is required, the service knows.
        form = ReasonForm(request.POST, is_required=False, typed=typed)
        if not form.is_valid():
            return self._page(request, run, reason_form=form, status=409)
        reason = form.cleaned_data["reason"]
        try:
            service(run=run, reason=reason, actor=request.user)
        except ApprovalNeeded as needed:
            if "_ask" in request.POST:
                return self._ask(request, run, needed, form)
            form.add_error(None, needed.message)
            return self._page(request, run, reason_form=form, status=409)
        except DomainError as error:
            return self._refused(request, run, form, error)
        return _to(run)

    def _ask(
        self, request: HttpRequest, run: BulkRun, needed: ApprovalNeeded, form: ReasonForm
    ) -> HttpResponseBase:
        reason = form.cleaned_data["reason"]
        try:
            asked = APPROVALS.get().ask(needed, actor=request.user, reason=reason)
        except DomainError as error:
            return self._refused(request, run, form, error)
        messages.success(request, asked.message)
        return HttpResponseRedirect(asked.url)

    def _refused(
        self, request: HttpRequest, run: BulkRun, form: ReasonForm, error: DomainError
    ) -> HttpResponse:
        run.refresh_from_db()
        return self._page(request, run, reason_form=form, refusal=error.message, status=409)

    def _page(
        self, request: HttpRequest, run: BulkRun, *, status: int = 200, **given: object
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": run,
            "run": run,
            "state_color": STATE_COLORS.get(run.state, QUIET),
            **run_context(run, request.user),
            **given,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "bulk/run.html", context, status=status)


def _to(run: BulkRun) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(_PAGE, args=[run.pk]))
