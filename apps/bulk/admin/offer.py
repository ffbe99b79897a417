"""Offers a bulk action in a list, in its row menus, and on a record's page.

    class UserAdmin(BaseAdmin):
        actions = actions_row = actions_detail = ["deactivate"]
        deactivate = bulk_action(DEACTIVATE, danger=True, icon="person_off")

Up to 200 records are changed at once, on the confirmation page. More become a `BulkRun`, whose page shows
the plan and asks for the reason. Both decide and write with the same code.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Literal

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from apps.bulk.actions import BULK_ACTIONS, BulkAction, Offered
from apps.bulk.engine.decision import decided
from apps.bulk.immediate import MOST_AT_ONCE, Outcome, apply_now, message_of, skipped_sentences
from apps.bulk.services import bulk_run_plan, keys_of
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.permissions import is_closed, may, one_record
from apps.core.errors import DomainError, FullAccessNeeded, MissingPermission

# Posted by the page that asks for the values of a large action.
PLAN = "_plan"
_NOT_VALUES = {"reason", "typed"}


class BulkForm(ConfirmationForm):
    """Asks for an action's values, and says which of few records it leaves alone."""

    action: BulkAction

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, records in self.choices().items():
            field: Any = self.fields[name]
            field.queryset = records

    def choices(self) -> dict[str, QuerySet[Any]]:
        """Return what may be chosen in the fields of relations, in the user's scope."""
        return {}

    def consequences(self) -> list[str]:
        action, actor = self.action, self.request.user
        found = decided(self.queryset, action, {}, actor)
        notes = Counter(found.values_list("bulk_note", flat=True))
        changed = notes.pop("", 0)
        mailed = action.mailed(changed) if changed else ""
        return [
            *action.consequences(self.queryset, actor),
            *([mailed] if mailed else []),
            *skipped_sentences(action, notes),
        ]


def bulk_action(
    action: BulkAction,
    *,
    form_class: type[BulkForm] = BulkForm,
    danger: bool = False,
    icon: str | None = None,
    when: Callable[[Any], bool] | None = None,
    in_row_menu: bool = True,
    needs_full_access: bool = False,
    sudo: bool | Literal["bulk"] = False,
    at_once: Callable[..., Any] | None = None,
) -> Any:
    """Return the ModelAdmin method for a bulk action; see this module's docstring.

    `at_once` is the confirmed action for few records, if it has a page of its own.
    """
    name = action.code.rpartition(".")[2]
    form = type(f"{form_class.__name__}Of{name}", (form_class,), {"action": action})
    this = Offered(action, form, bool(sudo))
    BULK_ACTIONS.add(this)

    few = at_once or _confirmed_now(
        action,
        danger=danger,
        icon=icon,
        when=when,
        form_class=form,
        in_row_menu=in_row_menu,
        needs_full_access=needs_full_access,
        sudo=sudo,
    )

    @wraps(few)
    def method(
        model_admin: ModelAdmin,
        request: HttpRequest,
        queryset: QuerySet[Any] | None = None,
        object_id: str | None = None,
    ) -> HttpResponseBase | None:
        if not may(model_admin, request, action.permission):
            raise MissingPermission(action.permission)
        if is_closed(model_admin, request, method):
            raise FullAccessNeeded
        if object_id is not None:
            # A record out of scope is as good as none.
            one_record(model_admin, request, object_id)
        try:
            # Before anybody fills in a form.
            action.refuse(request.user)
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(_back_url(model_admin, request, object_id))
        if object_id is None and queryset is not None and _are_many(queryset):
            return _start(model_admin, request, queryset, this, name)
        answered: HttpResponseBase | None = few(model_admin, request, queryset, object_id)
        return answered

    return method


def _confirmed_now(
    action: BulkAction, *, form_class: type[ConfirmationForm], **options: Any
) -> Any:
    """Return the confirmed action that changes few records within the request."""

    def now(
        model_admin: ModelAdmin, request: HttpRequest, records: QuerySet[Any], answer: BulkForm
    ) -> str:
        values = {k: v for k, v in answer.cleaned_data.items() if k not in _NOT_VALUES}
        outcome = apply_now(
            action=action,
            records=records,
            values=values,
            actor=request.user,
            reason=answer.reason,
            arguments={name: posted_values(answer.data, name) for name in values},
        )
        return told(action, outcome)

    now.__name__ = action.code.rpartition(".")[2]
    return confirmed(
        permission=action.permission,
        description=action.label,
        reason=action.reason,
        explanation=action.explanation,
        form_class=form_class,
        **options,
    )(now)


def told(action: BulkAction, outcome: Outcome) -> str:
    """Return the sentence of the result, with a link to the page that undoes it."""
    sentence = message_of(action, outcome)
    if outcome.run is None:
        return sentence
    label = "See or undo it" if action.is_undoable else "See it"
    url = reverse("admin:bulk_bulkrun_change", args=[outcome.run.pk])
    return format_html('{} <a href="{}" class="underline">{}</a>', sentence, url, label)


def posted_values(data: Mapping[str, Any], name: str) -> list[str]:
    """Return the posted values of a field; a request for approval has them in a plain dictionary."""
    if hasattr(data, "getlist"):
        return [str(value) for value in data.getlist(name)]
    return [str(data[name])] if name in data else []


def _back_url(model_admin: ModelAdmin, request: HttpRequest, object_id: str | None) -> str:
    if object_id is None:
        return request.get_full_path()
    opts = model_admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[object_id])


def _are_many(queryset: QuerySet[Any]) -> bool:
    keys = queryset.order_by().values_list("pk")[MOST_AT_ONCE : MOST_AT_ONCE + 1]
    return len(keys) > 0


def _start(
    model_admin: ModelAdmin,
    request: HttpRequest,
    queryset: QuerySet[Any],
    found: Offered,
    name: str,
) -> HttpResponseBase:
    """Plan a large action at once, or after its form is filled in."""
    action, is_posted = found.action, PLAN in request.POST
    form = found.form_class(
        request.POST if is_posted else None, request=request, queryset=queryset, reason="none"
    )
    if is_posted or not form.fields:
        try:
            if not form.fields or form.is_valid():
                run = bulk_run_plan(
                    action=action,
                    query=request.GET.urlencode(),
                    keys=_selected(request),
                    arguments={field: request.POST.getlist(field) for field in form.fields},
                    actor=request.user,
                )
                return HttpResponseRedirect(reverse("admin:bulk_bulkrun_change", args=[run.pk]))
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())
    context = {
        **model_admin.admin_site.each_context(request),
        "title": action.label,
        "opts": model_admin.opts,
        "form": form,
        "media": form.media,
        "explanation": action.explanation,
        "hidden": [
            (PLAN, "1"),
            ("action", name),
            ("index", "0"),
            ("select_across", request.POST.get("select_across", "0")),
            *((ACTION_CHECKBOX_NAME, key) for key in _kept(request)),
        ],
        "cancel_url": request.get_full_path(),
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "bulk/values.html", context)


def _selected(request: HttpRequest) -> list[str] | None:
    """Return the keys of a selection; None where everything that the list finds is selected."""
    if request.POST.get("select_across", "0") != "0":
        return None
    return keys_of(request.POST.getlist(ACTION_CHECKBOX_NAME))


def _kept(request: HttpRequest) -> list[str]:
    chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
    return chosen[:1] if request.POST.get("select_across", "0") != "0" else chosen
