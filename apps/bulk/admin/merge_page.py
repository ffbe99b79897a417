"""The page on which two records are merged: choose the other one, read what happens, confirm.

class OrganizationAdmin(BaseAdmin):
    actions_detail = ["merge"]
    merge = merge_action("organizations.Organization", chosen_by=Membership._meta.get_field("organization"))
"""

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.bulk.admin.reason_form import ReasonForm
from apps.bulk.merge_preview import preview_of
from apps.bulk.merge_rules import MergeKind, merge_kind
from apps.bulk.merge_services import merge_start
from apps.bulk.models import Merge
from apps.core.admin.autocomplete import autocompleted
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY
from apps.core.admin.page_parameters import takes
from apps.core.admin.permissions import is_closed, may, one_record
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.errors import DomainError, FullAccessNeeded, MissingPermission
from apps.core.sudo import has_fresh_factor, require_fresh_factor
from apps.core.wording import plural

# In the address: the other record, and whether that one is kept.
OTHER, SWAP = "other", "swap"
_SHOWN = 5


def merge_action(
    model: str, *, permission: str, chosen_by: Field, needs_full_access: bool = False
) -> Any:
    """Return the action of a record's page that merges it with another; `chosen_by` is a foreign key to the model."""
    searched = autocompleted(chosen_by)

    def merge(
        model_admin: ModelAdmin,
        request: HttpRequest,
        records: QuerySet[Any],
        answer: ConfirmationForm,
    ) -> str:
        raise NotImplementedError("The page below does it.")

    button = confirmed(
        permission=permission,
        description="Merge",
        icon="merge",
        needs_full_access=needs_full_access,
        sudo=True,
    )(merge)

    @takes(OTHER, SWAP)
    @wraps(button)
    def page(
        model_admin: ModelAdmin,
        request: HttpRequest,
        queryset: QuerySet[Any] | None = None,
        object_id: str | None = None,
    ) -> HttpResponseBase:
        if not may(model_admin, request, permission):
            raise MissingPermission(permission)
        if is_closed(model_admin, request, button):
            raise FullAccessNeeded
        if not has_fresh_factor(request):
            require_fresh_factor(request, "merge two records")
        record = one_record(model_admin, request, str(object_id)).get()
        return MergePage(model_admin, request, merge_kind(model), searched, record).respond()

    return page


@display(description="merges")
def merges(record: Model) -> SafeString | str:
    """Lead to the merges that a record was kept or given up in: a column for its page."""
    found = Merge.objects.filter(state=Merge.State.MERGED).filter(
        Q(kept=record.pk) | Q(dropped=record.pk)
    )
    links = [(merge, *merge.records) for merge in found[:_SHOWN]]
    told = format_html_join(
        ", ",
        '<a href="{}" class="qd-link">{}</a>',
        (
            (
                reverse("admin:bulk_merge_change", args=[merge.pk]),
                f"merged into {kept}" if merge.dropped == record.pk else f"took over {dropped}",
            )
            for merge, kept, dropped in links
        ),
    )
    return told or EMPTY


class MergePage:
    """One request to the page."""

    def __init__(
        self,
        model_admin: ModelAdmin,
        request: HttpRequest,
        kind: MergeKind[Any],
        searched: Field,
        record: Model,
    ) -> None:
        self.model_admin = model_admin
        self.request = request
        self.kind = kind
        self.searched = searched
        self.record = record

    def respond(self) -> HttpResponseBase:
        try:
            self.kind.refuse(self.request.user)
        except DomainError as error:
            messages.error(self.request, error.message)
            return HttpResponseRedirect(self._url_of(self.record))
        other = self._other()
        if other is None:
            return self._render("bulk/merge_choice.html", {"form": self._choice()})
        if self.request.method == "POST":
            return self._merge(other)
        return self._preview(other, ReasonForm())

    def _other(self) -> Any:
        key = self.request.GET.get(OTHER, "")
        if not key or key == str(self.record.pk):
            return None
        return one_record(self.model_admin, self.request, key).get()

    def _choice(self) -> forms.Form:
        form = forms.Form()
        form.fields[OTHER] = forms.ModelChoiceField(
            queryset=self.model_admin.get_queryset(self.request),
            widget=AutocompleteSelect(self.searched, admin.site),
            label=f"Other {self.model_admin.opts.verbose_name}",
        )
        return form

    def _sides(self, other: Model) -> tuple[Model, Model]:
        """Return the record that is kept, and the one that is given up."""
        swapped = SWAP in self.request.GET
        return (other, self.record) if swapped else (self.record, other)

    def _merge(self, other: Model) -> HttpResponseBase:
        post = self.request.POST
        form = ReasonForm(post)
        kept, dropped = self._sides(other)
        if not form.is_valid():
            return self._preview(other, form, status=409)
        reason = form.cleaned_data["reason"]
        try:
            merge = merge_start(
                model=self.kind.model,
                kept=kept.pk,
                dropped=dropped.pk,
                taken=post.getlist("take"),
                plan=post.get("plan", ""),
                reason=reason,
                actor=self.request.user,
            )
        except ApprovalNeeded as needed:
            if "_ask" in post:
                return self._ask(other, needed, form)
            return self._preview(other, form, status=409)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._preview(other, form, status=409)
        if merge.state == Merge.State.MERGED:
            messages.success(self.request, f"{dropped} was merged into {kept}.")
        return HttpResponseRedirect(reverse("admin:bulk_merge_change", args=[merge.pk]))

    def _ask(self, other: Model, needed: ApprovalNeeded, form: ReasonForm) -> HttpResponseBase:
        try:
            asked = APPROVALS.get().ask(
                needed, actor=self.request.user, reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            form.add_error(None, error.message)
            return self._preview(other, form, status=409)
        messages.success(self.request, asked.message)
        return HttpResponseRedirect(asked.url)

    def _preview(self, other: Model, form: ReasonForm, status: int = 200) -> HttpResponse:
        kept, dropped = self._sides(other)
        try:
            preview = preview_of(self.kind, kept, dropped, self.request.user)
        except DomainError as error:
            messages.error(self.request, error.message)
            return HttpResponseRedirect(self._url_of(self.record))
        swap = {OTHER: str(other.pk)} | ({} if SWAP in self.request.GET else {SWAP: "1"})
        taken = set(self.request.POST.getlist("take"))
        context = {
            "form": form,
            "kept": kept,
            "dropped": dropped,
            "kept_url": self._url_of(kept),
            "dropped_url": self._url_of(dropped),
            "swap_url": f"?{urlencode(swap)}",
            "told": self.kind.told,
            "preview": preview,
            "number": plural(preview.number, "record"),
            "fields": [
                (line, line.name in taken if self.request.method == "POST" else line.is_filled)
                for line in preview.fields
            ],
            "second_person": APPROVALS.get().merge_message(
                count=preview.number, user=self.request.user
            ),
        }
        return self._render("bulk/merge.html", context, status)

    def _render(self, template: str, given: dict[str, Any], status: int = 200) -> HttpResponse:
        opts = self.model_admin.opts
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": "Merge",
            "subtitle": str(self.record),
            "opts": opts,
            "original": self.record,
            "media": given["form"].media,
            "cancel_url": self._url_of(self.record),
            **given,
        }
        self.request.current_app = self.model_admin.admin_site.name
        return TemplateResponse(self.request, template, context, status=status)

    def _url_of(self, record: Model) -> str:
        opts = record._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
