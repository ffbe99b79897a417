"""The admin class that every other admin class in the project inherits from."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from apps.core.admin import deletion
from apps.core.admin.additions import ExtensibleAdmin
from apps.core.admin.checks.model_admin import BaseAdminChecks
from apps.core.admin.display import EMPTY
from apps.core.admin.editing.admin import VersionedAdmin
from apps.core.admin.filters import added_filters
from apps.core.admin.form_fields import without_read_only
from apps.core.admin.full_access import FullAccessAdmin
from apps.core.admin.paginator import EstimatingPaginator
from apps.core.admin.permissions import may
from apps.core.admin.saving import SavingAdmin
from apps.core.admin.scoped_admin import ScopedAdmin
from apps.core.admin.strict_parameters import StrictParametersAdmin
from apps.core.personal import conceals, is_personal
from apps.core.search import containing, words_of
from apps.core.wording import menu_title


class BaseAdmin(
    SavingAdmin,
    ExtensibleAdmin,
    StrictParametersAdmin,
    ScopedAdmin,
    VersionedAdmin,
    FullAccessAdmin,
    ModelAdmin,
):
    """Unfold's ModelAdmin, held to the user's scope and to a constant number of queries.

    What it does with a posted form is in `SavingAdmin`. Actions that change something are made with
    `confirmed`.
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
    # Whether *Move to trash* takes the place of *Delete*.
    moves_to_trash = False
    change_form_after_template = "core/reason_field.html"
    # What higher apps add; see `additions`.
    list_after_template = "core/below_list.html"
    change_form_outer_after_template = "core/below_record.html"

    # What "delete" means for this model, on each of its buttons.
    delete_records = deletion.delete_action()

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
        context: dict[str, Any] = getattr(response, "context_data", None) or {}
        if "cl" in context:
            # Django's own says an estimate as if it were counted.
            context["selection_note_all"] = f"All {context['cl'].count_words} selected"
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
            actions[name] = (type(self).delete_records, name, self.delete_records.short_description)
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
        context["delete_label"] = self.delete_records.short_description
        response: HttpResponse = super().render_change_form(
            request, context, add, change, form_url, obj
        )
        return response


def _offered(method: Callable[..., Any], record: Model | None) -> bool:
    when = getattr(method, "when", None)
    return when is None or (record is not None and when(record))
