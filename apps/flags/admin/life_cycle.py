"""The life cycle on the pages of flags and switches: owner, kind, tags, expiry, and why one is stale."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin.dropdown_filters import DropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.admin.display import EMPTY, WAITING, label
from apps.flags.life_cycle import PERMISSION_REFUSED, Kind
from apps.flags.models import Flag, Switch
from apps.flags.stale import REASONS, SHORT, reasons_of, sentences_of, with_staleness

LIFE_CYCLE: tuple[str, dict[str, Any]] = (
    "Life cycle",
    {"fields": ["stale_label", ("owner", "owner_role"), ("kind", "expires_on"), "tags"]},
)
LISTED = [
    "name",
    "state_label",
    "next_label",
    "stale_badge",
    "protection_label",
    "purpose",
    "modified_moment",
]


class StaleFilter(DropdownFilter):
    title = "staleness"
    parameter_name = "stale"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "Stale"), *SHORT.items(), ("no", "Not stale")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if value in REASONS:
            return queryset.filter(**{f"stale_{value}": True})
        if value in ("yes", "no"):
            return queryset.filter(is_stale=value == "yes")
        return queryset


class KindFilter(DropdownFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return list(Kind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(Q(kind=self.value()) if self.value() in Kind.values else Q())


class LifeCycleMixin:
    """Goes before `DeclaredAdmin` among the bases."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found: QuerySet = super().get_queryset(request)  # type: ignore[misc]
        return with_staleness(found)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fixed: list[str] = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        # The code says what a declared one is for.
        by_code = ["kind"] if getattr(obj, "is_declared", False) else []
        return [*fixed, "stale_label", *by_code]

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: object) -> Any:
        if db_field.name == "tags":
            kwargs["widget"] = UnfoldAdminTextInputWidget()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and db_field.name == "kind":
            field.error_messages["invalid_choice"] = PERMISSION_REFUSED
            # A form without the field leaves it as it is.
            field.required = False
            field.has_changed = lambda initial, data: bool(data) and data != initial
        return field

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        # The owner of a flag or switch is its record's, in the section of its life cycle.
        return [
            (title, {**options, "fields": [n for n in options["fields"] if n != "declared_owner"]})
            for title, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]

    @admin.display(description="stale")
    def stale_badge(self, record: Flag | Switch) -> SafeString | str:
        found = reasons_of(record)
        if not found:
            return EMPTY
        more = f" +{len(found) - 1}" if found[1:] else ""
        return label(f"{SHORT[found[0]]}{more}", WAITING)

    @admin.display(description="stale")
    def stale_label(self, record: Flag | Switch) -> SafeString | str:
        if not (found := sentences_of(record)):
            return "No."
        return format_html_join(mark_safe("<br>"), "{}", ((sentence,) for sentence in found))
