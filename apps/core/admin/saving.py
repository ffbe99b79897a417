"""Saving a change form: with its reason, and with a refusal shown in the form."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import connections, router
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from apps.core.actors import attributed
from apps.core.admin.editing.admin import reason_of
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.admin.editing.refusals import asks_for_reason, demand_reason, refused
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError
from apps.core.read_only import ReadOnlyError, retry_seconds


class SavingAdmin(ModelAdmin):
    """Saves a form in one transaction, with the reason that the history keeps.

    The reason is optional; `ask_reason = False` leaves the field out, `reason_required = True` saves no
    change without it.
    """

    ask_reason = True
    reason_required = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save with the reason given; a refusal of a service or of the database is shown in the form."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        reason = reason_of(request)
        context = {"posted_reason": reason, **(extra_context or {})}
        try:
            with (
                attributed(actor=request.user, reason=reason, source="form"),
                refusals_in_words(),
            ):
                return super().changeform_view(request, object_id, form_url, context)
        except ApprovalNeeded as needed:
            # Nothing was saved. Show the page that asks for approval instead.
            return self._asked(request, needed, reason) or super().changeform_view(
                request, object_id, form_url, context
            )
        except DomainError as refusal:
            # Nothing was saved. The same form again, with the refusal as its error.
            request.refusal = refusal.message  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, context)
            if isinstance(refusal, ReadOnlyError):
                response.status_code = 503
                response.headers["Retry-After"] = str(retry_seconds())
            return response

    def _asked(
        self, request: HttpRequest, needed: ApprovalNeeded, reason: str
    ) -> HttpResponse | None:
        try:
            asked = APPROVALS.get().ask(needed, actor=request.user, reason=reason)
        except DomainError as refusal:
            request.refusal = refusal.message  # type: ignore[attr-defined]
            return None
        messages.success(request, asked.message)
        return HttpResponseRedirect(asked.url)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        form: type[ModelForm] = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", "")
        return refused(form, refusal) if refusal else form

    def save_form(self, request: HttpRequest, form: ModelForm, change: bool) -> Any:
        if self.reason_required and change and form.has_changed():
            demand_reason(request)
        return super().save_form(request, form, change)

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm,
        formsets: Iterable[VersionedFormSet],
        change: bool,
    ) -> None:
        if any(map(asks_for_reason, formsets)):
            demand_reason(request)
        super().save_related(request, form, formsets, change)
        # Check deferred constraints now: an error at the commit would come too late for the form.
        connections[router.db_for_write(self.model)].check_constraints()
        self.after_save(request, form, change=change)

    def after_save(self, request: HttpRequest, form: ModelForm, *, change: bool) -> None:
        """Do what belongs to a saved form, with its relations and inlines, in the same transaction."""

    def log_addition(self, request: HttpRequest, obj: Model, message: object) -> None:
        """Write nothing: the database writes the history, and a second log of forms only would
        contradict it.
        """

    def log_change(self, request: HttpRequest, obj: Model, message: object) -> None:
        """See `log_addition`."""
