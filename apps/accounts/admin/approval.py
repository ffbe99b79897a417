"""Approval requests: the list, a request's page, and the decision."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.contrib.filters.admin.dropdown_filters import DropdownFilter
from unfold.decorators import display

from apps.accounts.admin.approval_page import STATE_COLORS, page_context, summary
from apps.accounts.approvable.visibility import DECIDE
from apps.accounts.approvals.selectors import to_decide
from apps.accounts.approvals.services import (
    approval_approve,
    approval_refuse,
    approval_withdraw,
)
from apps.accounts.models import ApprovalRequest
from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import moment_column, phrase, state_column
from apps.core.admin.read_only import ReadOnly
from apps.core.errors import MissingPermission, RecordNotFound

VIEW = "accounts.view_approvalrequest"


class WhoseFilter(DropdownFilter):
    title = "involvement"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("decide", "For me to decide"), ("mine", "Asked by me"), ("done", "Decided by me")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "decide":
            return queryset.filter(pk__in=to_decide(request.user).values("pk"))
        if self.value() == "mine":
            return queryset.filter(requester=request.user.pk)
        if self.value() == "done":
            return queryset.filter(decided_by=request.user.pk)
        return queryset


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(ReadOnly, TimelineMixin, BaseAdmin):
    ask_reason = False
    list_display = ["what", "state_label", "requester", "created_moment", "expires_moment"]
    list_display_links = ["what"]
    list_filter = [WhoseFilter, ("state", ChoicesDropdownFilter)]
    list_select_related = ["requester"]
    list_before_template = "accounts/approval_tabs.html"
    search_fields = ["sentence", "reason", "requester__email"]
    search_help_text = "What, why, or who"
    ordering = ["-created_at"]
    actions_detail = ["approve", "refuse", "withdraw"]
    empty_text = "Actions that need a second person's approval appear here."

    state_label = state_column("state", STATE_COLORS)
    created_moment = moment_column("created_at", description="asked")
    expires_moment = moment_column("expires_at", description="open until")

    @display(description="what", ordering="sentence")
    def what(self, record: ApprovalRequest) -> Any:
        return phrase(record.sentence)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # A list needs neither the keys nor the records of a large request.
        return super().get_queryset(request).defer("arguments", "preview")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        whose = request.GET.get("whose", "")
        url = reverse("admin:accounts_approvalrequest_changelist")
        tabs = [("", "All"), ("decide", "For me to decide"), ("mine", "Asked by me")]
        tabs += [("done", "Decided by me")]
        context = {
            "approval_tabs": [
                (label, f"{url}?whose={value}" if value else url, whose == value)
                for value, label in tabs
            ],
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise MissingPermission(VIEW)
        record = self.get_object(request, object_id) if object_id else None
        if record is None:
            raise RecordNotFound(ApprovalRequest, object_id or "")
        context = {
            **self.admin_site.each_context(request),
            **page_context(record, request.user),
            "title": record.sentence,
            "opts": self.opts,
            "original": record,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "accounts/approval.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # People who may see no requests at all get a 403, not a 404.
        if not self.has_view_permission(request):
            raise MissingPermission(VIEW)
        return super().history_view(request, object_id, extra_context)

    @confirmed(
        permission=DECIDE,
        description="Approve",
        icon="check",
        reason="optional",
        explanation=(
            "It is carried out right away in the requester's name. The history shows that you "
            "approved it."
        ),
        consequences=summary,
        when=lambda request: request.is_pending,
        sudo=True,
    )
    def approve(
        self, request: HttpRequest, records: QuerySet[Any], answer: ConfirmationForm
    ) -> HttpResponse:
        done = approval_approve(request=records.get(), actor=_user(request), reason=answer.reason)
        return self._said(request, done)

    @confirmed(
        permission=DECIDE,
        description="Refuse",
        icon="block",
        explanation="Nothing is changed. The requester will see your reason.",
        when=lambda request: request.is_pending,
    )
    def refuse(
        self, request: HttpRequest, records: QuerySet[Any], answer: ConfirmationForm
    ) -> HttpResponse:
        done = approval_refuse(request=records.get(), actor=_user(request), reason=answer.reason)
        return self._said(request, done)

    @confirmed(
        permission=VIEW,
        description="Withdraw",
        icon="undo",
        reason="optional",
        explanation="Nothing is changed. You can ask again at any time.",
        when=lambda request: request.is_pending,
    )
    def withdraw(
        self, request: HttpRequest, records: QuerySet[Any], answer: ConfirmationForm
    ) -> str:
        approval_withdraw(request=records.get(), actor=_user(request), reason=answer.reason)
        return "Withdrawn. Nothing was changed."

    def _said(self, request: HttpRequest, record: ApprovalRequest) -> HttpResponse:
        say = {"approved": messages.success, "refused": messages.success}
        tell = say.get(record.state, messages.warning)
        tell(request, f"{record.get_state_display()}. {record.outcome}")
        url = reverse("admin:accounts_approvalrequest_change", args=[record.pk])
        return HttpResponseRedirect(url)


def _user(request: HttpRequest) -> Any:
    return request.user
