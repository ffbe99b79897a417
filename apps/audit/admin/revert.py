"""*Revert to this*: a preview, a reason, and then an ordinary change."""

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.audit.context import audit_context
from apps.audit.reversion import Plan, record_revert, revert_plan
from apps.audit.timeline.registry import reversions
from apps.core.actors import require
from apps.core.admin.reason import REASON_LENGTH
from apps.core.errors import DomainError, MissingPermission


class RevertForm(forms.Form):
    newest = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Kept in the history with this change.",
    )


def may_revert(admin: ModelAdmin, request: HttpRequest, record: Model) -> bool:
    """Tell whether the user may revert this record."""
    return (
        admin.model._meta.concrete_model in reversions
        and request.user.has_perm("audit.revert_record")
        and admin.has_change_permission(request, record)
    )


def revert_view(
    admin: ModelAdmin, request: HttpRequest, record: Model, position: int
) -> HttpResponse:
    opts = admin.opts
    require(request.user, "audit.revert_record")
    if not admin.has_change_permission(request, record):
        raise MissingPermission(f"{opts.app_label}.change_{opts.model_name}")
    plan = revert_plan(record, position, request.user)
    if plan is None:
        raise Http404("This state of the record isn't in the history.")
    if request.method != "POST":
        return _page(admin, request, record, plan, RevertForm(initial={"newest": plan.newest}))
    form = RevertForm(request.POST)
    if not form.is_valid():
        return _page(admin, request, record, plan, form)
    try:
        with audit_context(actor=request.user, reason=form.cleaned_data["reason"], source="form"):
            changes = record_revert(
                record=record,
                position=position,
                newest=form.cleaned_data["newest"],
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
    except DomainError as error:
        form = RevertForm({"newest": plan.newest, "reason": form.cleaned_data["reason"]})
        form.is_valid()
        form.add_error(None, error.message)
        return _page(admin, request, record, plan, form, status=409)
    fields = ", ".join(change.label for change in changes)
    messages.success(request, f"Reverted: {fields}.")
    return HttpResponseRedirect(
        reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[record.pk])
    )


def _page(
    admin: ModelAdmin,
    request: HttpRequest,
    record: Model,
    plan: Plan,
    form: RevertForm,
    status: int = 200,
) -> HttpResponse:
    opts = admin.opts
    request.current_app = admin.admin_site.name
    context = {
        **admin.admin_site.each_context(request),
        "title": f"Revert {record}",
        "opts": opts,
        "original": record,
        "plan": plan,
        "form": form,
        "media": admin.media + form.media,
        "back_url": reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[record.pk]),
    }
    return TemplateResponse(request, "audit/revert.html", context, status=status)
