"""The common base of the pages of flags, switches, and samples."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin.dropdown_filters import DropdownFilter

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import (
    BUSY,
    EMPTY,
    GOOD,
    WAITING,
    label,
    moment,
    moment_column,
    phrase,
)
from apps.core.errors import DomainError
from apps.core.gates import Gate
from apps.flags.admin.in_use import InUseMixin
from apps.flags.models import Toggle
from apps.flags.registry import declared_gates
from apps.flags.selectors import last_turn, missing
from apps.flags.services import TURN, flag_protect, flags_ensure, toggles_delete

FLIP = "flags.flip_flag"
# Values that only the declaration in the code has.
DECLARED = ("purpose", "declared_owner")
# Our help texts in place of waffle's.
HELP = {
    "name": "The name that the code uses.",
    "groups": "On for people with these staff roles.",
    "staff": "On for everybody who can sign in to this back office.",
    "authenticated": "On for everybody who is signed in.",
    "percent": "On for this percentage of people, from 0 to 99.9. It is always the same people.",
    "note": "Where it is used, and what to watch when it changes.",
}


# What every page shows first and last.
STATE: tuple[None, dict[str, Any]] = (
    None,
    {
        "fields": [
            "name",
            "state_label",
            "turned",
            "purpose",
            "declared_owner",
            "declared_label",
            "protection_label",
            "uptake_label",
            "answers_label",
            "places_label",
        ]
    },
)
NOTE: tuple[str, dict[str, Any]] = ("Note", {"fields": ["note"]})


def any_protected(records: QuerySet) -> bool:
    """Tell whether an action on `records` needs a fresh factor."""
    return bool(records.filter(is_protected=True).exists())


def one_at_a_time(records: QuerySet) -> None:
    """Refuse a protected flag among several: its approver should see it alone."""
    protected = records.filter(is_protected=True).first()
    if protected is not None and records.count() > 1:
        raise DomainError(f"{protected} is protected. Select it alone, and try again.")


def _protected(request: HttpRequest, records: QuerySet, is_protected: bool, reason: str) -> str:
    one_at_a_time(records)
    done = [
        toggle.name
        for toggle in records
        if flag_protect(toggle=toggle, is_protected=is_protected, reason=reason, actor=request.user)
    ]
    return f"{', '.join(done) or 'Nothing'}: {'protected' if is_protected else 'not protected'}."


class DeclaredFilter(DropdownFilter):
    title = "declaration"
    parameter_name = "declared"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "Declared in the code"), ("no", "Not declared")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        declared = list(declared_gates(str(queryset.model._meta.model_name)))
        if self.value() == "yes":
            return queryset.filter(name__in=declared)
        if self.value() == "no":
            return queryset.exclude(name__in=declared)
        return queryset


class DeclaredAdmin(InUseMixin, TimelineMixin, BaseAdmin):
    """A list of what is declared in the code, with what is missing from it named above."""

    # A flag decides for people of every organization, by its targets as much as by its state.
    affects_all_organizations = True
    reason_required = True
    list_display = [
        "name",
        "state_label",
        "protection_label",
        "purpose",
        "declared_label",
        "modified_moment",
    ]
    fieldsets: Any = [STATE, NOTE]
    search_fields = ["name", "note"]
    ordering = ["name"]
    list_before_template = "flags/missing.html"
    # The fields with the state.
    state_fields: ClassVar[tuple[str, ...]]
    approval_kinds: ClassVar[dict[str, str]] = dict.fromkeys(
        ["turn_on", "turn_off", "leave_to_targets", "set_share", "end_protection"], TURN
    )
    add_fields: ClassVar[list[str]] = ["name", "note"]

    modified_moment = moment_column("modified", description="changed")
    # A protected flag is changed only by its actions, which ask a second person.
    protected_fields: ClassVar[list[str]] = []

    @property
    def declared(self) -> dict[str, Gate]:
        return declared_gates(str(self.opts.model_name))

    @admin.display(description="in the code")
    def declared_label(self, record: Toggle) -> SafeString:
        if record.name in self.declared:
            return label("Declared", GOOD)
        return label("Not declared", WAITING)

    @admin.display(description="what for")
    def purpose(self, record: Toggle) -> SafeString | str:
        declaration = self.declared.get(record.name)
        return phrase(declaration.description if declaration else record.note)

    @admin.display(description="owner")
    def declared_owner(self, record: Toggle) -> str:
        declaration = self.declared.get(record.name)
        return declaration.owner if declaration else EMPTY

    def fields_of_state(self, record: Toggle) -> tuple[str, ...]:
        return self.state_fields

    @admin.display(description="last changed")
    def turned(self, record: Toggle) -> SafeString:
        turn = last_turn(record, *self.fields_of_state(record))
        by = f" by {turn.actor}" if turn.actor else ""
        why = f": “{turn.reason}”" if turn.reason else ""
        return format_html("{}{}{}", moment(turn.since), by, why)

    @admin.display(description="protection")
    def protection_label(self, record: Toggle) -> SafeString | str:
        return label("Protected", BUSY) if record.is_protected else EMPTY

    @confirmed(
        permission=FLIP,
        description="Protect",
        icon="lock",
        explanation=(
            "Changing it then needs re-authentication and, if the settings say so, a second person."
        ),
        when=lambda record: not record.is_protected,
        sudo=True,
    )
    def protect(self, request: HttpRequest, records: QuerySet, answer: ConfirmationForm) -> str:
        return _protected(request, records, True, answer.reason)

    @confirmed(
        permission=FLIP,
        description="End protection",
        icon="lock_open",
        explanation="After that, anyone who can turn flags on and off can change it without a second person.",
        when=lambda record: record.is_protected,
        sudo=True,
    )
    def end_protection(
        self, request: HttpRequest, records: QuerySet, answer: ConfirmationForm
    ) -> str:
        return _protected(request, records, False, answer.reason)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        toggles_delete(toggles=queryset, actor=request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and request.user.has_perm(FLIP)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # A declared flag is turned off, and never deleted.
        return super().has_delete_permission(request, obj) and not getattr(
            obj, "is_declared", False
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        # The code uses the name: another name is another flag.
        fixed = [
            *("state_label", "declared_label", "turned", "purpose", "declared_owner"),
            *("protection_label", "uptake_label", "answers_label", "places_label"),
        ]
        if obj is None:
            return fixed
        guarded = self.protected_fields if getattr(obj, "is_protected", False) else []
        return [*fixed, "name", *guarded]

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: object) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "note":
            field.widget.attrs["rows"] = 3
        return field

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # Of fields that are only shown as well.
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": self.add_fields})]
        fieldsets = super().get_fieldsets(request, obj)
        if obj.name in self.declared:
            return fieldsets
        # Its purpose is in its note, and it has no owner.
        return [
            (title, {**options, "fields": [n for n in options["fields"] if n not in DECLARED]})
            for title, options in fieldsets
        ]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_ensure"
        view = self.admin_site.admin_view(require_POST(self.ensure_view))
        return [path("create-missing/", view, name=name), *super().get_urls()]

    def ensure_view(self, request: HttpRequest) -> HttpResponseRedirect:
        if not (self.has_add_permission(request) and request.user.has_perm(FLIP)):
            raise PermissionDenied
        created = flags_ensure()
        messages.success(
            request, f"Created: {', '.join(created)}." if created else "Nothing is missing."
        )
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "missing": missing(str(self.opts.model_name), self.model),
            "may_create": self.has_add_permission(request) and request.user.has_perm(FLIP),
            "ensure_url": f"admin:{self.opts.app_label}_{self.opts.model_name}_ensure",
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)
