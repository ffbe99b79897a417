"""The admin classes that every other admin class in the project inherits from."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from apps.core.admin.confirm import may
from apps.core.admin.confirm_form import REASON_LENGTH
from apps.core.admin.display import EMPTY
from apps.core.admin.paginator import EstimatingPaginator
from apps.core.attribution import attributed
from apps.core.errors import RecordNotFound


class BaseAdmin(ModelAdmin):
    """Unfold's ModelAdmin, held to the user's scope and to a constant number of queries.

    Its change form takes an optional reason, which the history keeps with the change; `ask_reason =
    False` leaves the field out. Actions that change something are made with `confirmed`.
    """

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    paginator = EstimatingPaginator
    empty_value_display = EMPTY
    # Unfold asks each row for this; declared once here it costs nothing.
    list_sections = ()
    warn_unsaved_form = True
    list_filter_sheet = True
    list_filter_submit = True
    ask_reason = True
    change_form_after_template = "core/reason_field.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        for_staff = getattr(queryset, "for_staff", None)
        return for_staff(request.user) if for_staff else queryset

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search through the queryset's own `search(words)`, which has an index, where it has one."""
        search: Callable[[str], QuerySet[Any]] | None = getattr(queryset, "search", None)
        if search is None or not search_term.strip():
            return super().get_search_results(request, queryset, search_term)
        try:
            return search(search_term), False
        except LookupError:
            # The model has no search index: it is short, or it should get one.
            return super().get_search_results(request, queryset, search_term)

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        actions = super().get_actions_detail(request, object_id)
        if not any(getattr(action.method, "when", None) for action in actions):
            return actions
        record = self.get_object(request, unquote(str(object_id)))
        return [action for action in actions if _offered(action.method, record)]

    def _filter_actions_by_permissions(self, request: HttpRequest, actions: Any) -> list[Any]:
        """Django knows only stock words here; ours are named permissions as well."""
        return [
            entry
            for entry in actions
            if all(
                may(self, request, permission)
                for permission in getattr(entry[0], "allowed_permissions", ())
            )
        ]

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Answer 404, where Django would send the user to the start page with a message."""
        raise RecordNotFound(self.model, object_id)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Beside a relation's field one may add or look, but not delete."""
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
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        reason = request.POST.get("_reason", "").strip()[:REASON_LENGTH]
        context = {"posted_reason": reason, **(extra_context or {})}
        with attributed(actor=request.user, reason=reason, door="form"):
            return super().changeform_view(request, object_id, form_url, context)


def _offered(method: Any, record: Model | None) -> bool:
    when = getattr(method, "when", None)
    return when is None or (record is not None and when(record))


class BaseTabularInline(TabularInline):
    """An inline that shows a page of rows, never all of them."""

    extra = 0
    per_page = 25
    show_change_link = True
    model: type[Model]


class BaseStackedInline(StackedInline):
    extra = 0
    model: type[Model]
