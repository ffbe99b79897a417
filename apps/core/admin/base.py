"""The admin class that every other admin class in the project inherits from."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.db import connections, router
from django.db.models import Field, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from apps.core.actors import attributed
from apps.core.admin import deletion
from apps.core.admin.checks.model_admin import BaseAdminChecks
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY
from apps.core.admin.editing.admin import VersionedAdmin, reason_of
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.admin.editing.refusals import asks_for_reason, demand_reason, refused
from apps.core.admin.filters import added_filters
from apps.core.admin.form_fields import without_read_only
from apps.core.admin.paginator import EstimatingPaginator
from apps.core.admin.permissions import may
from apps.core.admin.scoped_admin import ScopedAdmin
from apps.core.admin.strict_parameters import StrictParametersAdmin
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError
from apps.core.personal import conceals, is_personal
from apps.core.search import containing, words_of
from apps.core.wording import counted, menu_title


class BaseAdmin(StrictParametersAdmin, ScopedAdmin, VersionedAdmin, ModelAdmin):
    """Unfold's ModelAdmin, held to the user's scope and to a constant number of queries.

    Its change form takes an optional reason, which the history keeps with the change; `ask_reason =
    False` leaves the field out, `reason_required = True` saves no change without it. Actions that
    change something are made with `confirmed`.
    """

    checks_class = BaseAdminChecks
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    # Counting each choice of each filter reads the whole table once per choice.
    show_facets = ShowFacets.NEVER
    paginator = EstimatingPaginator
    empty_value_display = EMPTY
    # Unfold asks each row for this; declared once here it costs nothing.
    list_sections = ()
    warn_unsaved_form = True
    list_filter_sheet = True
    list_filter_submit = True
    # Chosen when a record is made, and only read from then on.
    fixed_fields: tuple[str, ...] = ()
    # How people get to a list that the menu does not lead to.
    not_in_menu = ""
    ask_reason = True
    reason_required = False
    # Whether *Move to trash* takes the place of *Delete*.
    moves_to_trash = False
    change_form_after_template = "core/reason_field.html"
    # What higher apps add; see `additions`.
    list_after_template = "core/below_list.html"
    change_form_outer_after_template = "core/below_record.html"

    @confirmed(
        permission="delete",
        description="Delete",
        icon="delete",
        danger=True,
        consequences=deletion.consequences,
        sudo="bulk",
    )
    def delete_records(
        self, request: HttpRequest, queryset: QuerySet, answer: ConfirmationForm
    ) -> str:
        deletion.refuse_undeletable(self, request, queryset)
        message = f"{counted(queryset.count(), self.model)} deleted."
        self.delete_queryset(request, queryset)
        return message

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete one by one, so that third parties' signals are sent; services may do better."""
        for record in queryset:
            record.delete()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Give the page the menu's title; the stock title is "Select import run to view"."""
        title = menu_title(self.model) or capfirst(self.opts.verbose_name_plural)
        response: HttpResponse = super().changelist_view(
            request, {"title": title, **(extra_context or {})}
        )
        return response

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show our own page: the stock page asks for no reason and collects every related object."""
        response: HttpResponse = self.delete_records(request, object_id=object_id)
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if actions.pop("delete_selected", None):
            name = "delete_records"
            actions[name] = (type(self).delete_records, name, "Delete")
        return actions

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search through the queryset's own `search(words)`, which has an index, where it has one."""
        search: Callable[[str], QuerySet[Any]] | None = getattr(queryset, "search", None)
        try:
            if search is not None and search_term.strip():
                return search(search_term), False
        except LookupError:
            # The model has no search index. It must stay short, or get one.
            pass
        if not conceals():
            return super().get_search_results(request, queryset, search_term)
        fields = [name.lstrip("^=@") for name in self.get_search_fields(request)]
        for word in words_of(search_term):
            queryset = containing(queryset, fields, word)
        return queryset, False

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [*super().get_list_filter(request), *added_filters(self.model)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(self.fixed_fields if obj else ())]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        return without_read_only(fieldsets, self.get_readonly_fields(request, obj))

    def get_search_fields(self, request: HttpRequest) -> Any:
        fields = super().get_search_fields(request)
        if not conceals():
            return fields
        return [name for name in fields if not is_personal(self.model, name.lstrip("^=@"))]

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        actions = super().get_actions_detail(request, object_id)
        if not any(getattr(action.method, "when", None) for action in actions):
            return actions
        record = self.get_object(request, unquote(str(object_id)))
        return [action for action in actions if _offered(action.method, record)]

    def _filter_actions_by_permissions(
        self, request: HttpRequest, actions: Iterable[tuple[Any, ...]]
    ) -> list[Any]:
        """Django knows only its stock permissions here; our actions also name others."""
        return [
            entry
            for entry in actions
            if all(
                may(self, request, permission)
                for permission in getattr(entry[0], "allowed_permissions", ())
            )
        ]

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: object) -> Any:
        """Offer to add or view a related record beside its field, but not to delete it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_delete_related"):
            field.widget.can_delete_related = False
        return field

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
            return super().changeform_view(request, object_id, form_url, context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        """Offer deletion in the record's menu, and not as a red button beside Save."""
        if obj is not None and change and request.method == "POST":
            # The form was refused. The page's title stays the stored name, not the one being
            # typed.
            stored = self.get_queryset(request).filter(pk=obj.pk).first() or obj
            context |= {"original": stored, "subtitle": str(stored)}
        may_delete = change and self.has_delete_permission(request, obj)
        context["can_delete_record"] = may_delete and not self.moves_to_trash
        context["show_delete"] = False
        response: HttpResponse = super().render_change_form(
            request, context, add, change, form_url, obj
        )
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

    @classmethod
    def add_inline(cls, inline: type[InlineModelAdmin]) -> type[InlineModelAdmin]:
        """Show records of a higher app on this page; the higher app decorates its inline with this."""
        cls.inlines = [*cls.inlines, inline]
        return inline

    @classmethod
    def add_action(cls, action: Callable[..., Any]) -> Any:
        """Offer an action of a higher app (a `confirmed` function) on a record's page here."""
        setattr(cls, action.__name__, action)
        cls.actions_detail = [*cls.actions_detail, action.__name__]
        return action


def _offered(method: Callable[..., Any], record: Model | None) -> bool:
    when = getattr(method, "when", None)
    return when is None or (record is not None and when(record))
