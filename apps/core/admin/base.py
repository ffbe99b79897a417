"""The admin classes that every other admin class in the project inherits from."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline, TabularInline


class BaseAdmin(ModelAdmin):
    """Unfold's ModelAdmin, held to the user's scope and to a constant number of queries."""

    list_per_page = 50
    show_full_result_count = False
    # Unfold asks each row for this; declared once here it costs nothing.
    list_sections = ()
    warn_unsaved_form = True
    list_filter_sheet = True
    list_filter_submit = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        for_staff = getattr(queryset, "for_staff", None)
        return for_staff(request.user) if for_staff else queryset


class BaseTabularInline(TabularInline):
    """An inline that shows a page of rows, never all of them."""

    extra = 0
    per_page = 25
    show_change_link = True
    model: type[Model]


class BaseStackedInline(StackedInline):
    extra = 0
    model: type[Model]
