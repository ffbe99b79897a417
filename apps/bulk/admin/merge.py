"""The page of a merge: what it did, and its undo."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.bulk.admin.reason_form import ReasonForm
from apps.bulk.merge_rules import merge_kind
from apps.bulk.merge_services import merge_undo, why_not_undo
from apps.bulk.models import Merge
from apps.core.actors import holds
from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import BAD, BUSY, GOOD, QUIET, WAITING, moment_column, state_column
from apps.core.admin.read_only import ReadOnly
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.errors import DomainError, RecordNotFound
from apps.core.sudo import require_fresh_factor
from apps.core.wording import counted

STATE_COLORS = {
    "merging": BUSY,
    "merged": GOOD,
    "failed": BAD,
    "undoing": BUSY,
    "undone": QUIET,
    "undone_in_part": WAITING,
}


@admin.register(Merge)
class MergeAdmin(ReadOnly, BaseAdmin):
    empty_text = "Choose “Merge” on the page of a person or an organization to start one."
    not_in_menu = (
        "The page of a bulk action, of a record that was merged, and the audit log lead to it."
    )
    list_display = ["title", "state_label", "asked", "created_moment"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_select_related = ["user", "real_user"]
    search_fields = ["user__email", "reason"]
    search_help_text = "Person or reason"
    sortable_by: list[str] = []
    ordering = ["-id"]
    ask_reason = False

    state_label = state_column("state", STATE_COLORS)
    created_moment = moment_column("created_at")

    @display(description="merge")
    def title(self, merge: Merge) -> str:
        noun = apps.get_model(merge.model)._meta.verbose_name_plural
        return f"Merge {merge.pk} of two {noun}"

    @display(description="by")
    def asked(self, merge: Merge) -> str:
        return merge.asked_by

    def get_urls(self) -> list[URLPattern]:
        undo = self.admin_site.admin_view(self.undo_view)
        return [path("<int:merge_id>/undo/", undo, name="bulk_merge_undo"), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None:
            raise PermissionDenied
        return self._page(request, self._merge(request, object_id), ReasonForm())

    def undo_view(self, request: HttpRequest, merge_id: int) -> HttpResponseBase:
        merge = self._merge(request, merge_id)
        if request.method != "POST":
            return _to(merge)
        require_fresh_factor(request, "undo a merge")
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._page(request, merge, form, status=409)
        reason = form.cleaned_data["reason"]
        try:
            merge_undo(merge=merge, reason=reason, actor=request.user)
        except ApprovalNeeded as needed:
            if "_ask" not in request.POST:
                return self._page(request, merge, form, status=409)
            try:
                asked = APPROVALS.get().ask(needed, actor=request.user, reason=reason)
            except DomainError as error:
                form.add_error(None, error.message)
                return self._page(request, merge, form, status=409)
            messages.success(request, asked.message)
            return HttpResponseRedirect(asked.url)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(request, merge, form, status=409)
        return _to(merge)

    def _merge(self, request: HttpRequest, key: object) -> Merge:
        """Return the merge: of the user themselves, or of anybody for people who may view merges."""
        user: Any = request.user
        text = str(key)
        rows = Merge.objects.for_staff(user).select_related("user", "real_user", "undo_user")
        merge = rows.filter(pk=text).first() if text.isdecimal() and len(text) < 18 else None
        if merge is None:
            raise RecordNotFound(Merge, text)
        if merge.user_id != user.pk and not self.has_view_permission(request, merge):
            raise PermissionDenied
        return merge

    def _page(
        self, request: HttpRequest, merge: Merge, form: ReasonForm, status: int = 200
    ) -> HttpResponse:
        kept, dropped = merge.records
        number = sum(merge.results.get("rows", {}).values())
        may = holds(request.user, merge_kind(merge.model).permission)
        why_not = "" if merge.is_working else why_not_undo(merge)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Merge of {dropped or 'a deleted record'} into {kept or 'a deleted record'}",
            "opts": self.opts,
            "original": merge,
            "merge": merge,
            "state_color": STATE_COLORS.get(merge.state, QUIET),
            "sides": [("Was kept", kept, _url(kept)), ("Was given up", dropped, _url(dropped))],
            "taken": [
                apps.get_model(merge.model)._meta.get_field(n).verbose_name for n in merge.taken
            ],
            "rows": [
                counted(rows, apps.get_model(label))
                for label, rows in merge.results.get("rows", {}).items()
            ],
            "form": form,
            "may_undo": may and merge.state == Merge.State.MERGED and not why_not,
            "why_not_undo": why_not if merge.state == Merge.State.MERGED else "",
            "second_person": APPROVALS.get().merge_message(count=number, user=request.user),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "bulk/merged.html", context, status=status)


def _url(record: Model | None) -> str:
    """Return the page of a record, or of its place in the trash."""
    if record is None:
        return ""
    opts = record._meta
    name = f"trashed{opts.model_name}" if getattr(record, "is_deleted", False) else opts.model_name
    try:
        return reverse(f"admin:{opts.app_label}_{name}_change", args=[record.pk])
    except NoReverseMatch:
        return ""


def _to(merge: Merge) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:bulk_merge_change", args=[merge.pk]))
