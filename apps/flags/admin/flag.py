"""Flags: who each reaches, and how to turn it on and off."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.db.models import Field, Model, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin.dropdown_filters import DropdownFilter

from apps.core.admin.confirm import confirmed
from apps.core.admin.display import BAD, BUSY, GOOD, QUIET, label
from apps.core.admin.page_parameters import takes
from apps.core.scope import sees_everything
from apps.flags.admin.base import (
    FLIP,
    NOTE,
    STATE,
    DeclaredAdmin,
    DeclaredFilter,
    any_protected,
    one_at_a_time,
)
from apps.flags.admin.life_cycle import LIFE_CYCLE, LISTED, KindFilter, LifeCycleMixin, StaleFilter
from apps.flags.admin.plan import (
    PLAN_ACTIONS,
    PLAN_KINDS,
    PlanMixin,
    plans_lost,
    turned_for_a_while,
)
from apps.flags.admin.plan_forms import TurnForm
from apps.flags.admin.target_changes import targets_before, targets_changed
from apps.flags.admin.why import PARAMETERS, why_page
from apps.flags.evaluation.current import current
from apps.flags.models import DENIED, TARGETS, Flag, Toggle
from apps.flags.reach import change_of
from apps.flags.selectors import state_in_words, with_reach
from apps.flags.services import EVERYONE, flag_edited, flag_set

# The reach is computed person by person, so it is shown for the first few flags only.
_COUNTED = 3
NAMED = ("organizations", "users", "denied_organizations", "denied_users")


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("on", "On for everyone"), ("off", "Off for everyone"), ("some", "By its targets")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        states = {"on": Q(everyone=True), "off": Q(everyone=False), "some": Q(everyone=None)}
        return queryset.filter(states.get(self.value() or "", Q()))


@admin.register(Flag)
class FlagAdmin(PlanMixin, LifeCycleMixin, DeclaredAdmin):
    state_fields = ("everyone",)
    list_filter = [StateFilter, StaleFilter, KindFilter, DeclaredFilter]
    autocomplete_fields = [*TARGETS, *DENIED, "prerequisites", "owner", "owner_role"]
    protected_fields = [
        *(*TARGETS, *DENIED, "prerequisites"),
        *("staff", "superusers", "authenticated", "percent", "percent_by"),
    ]
    list_display = LISTED
    actions = ["turn_on", "turn_off", "leave_to_targets"]
    actions_row = ["turn_on", "turn_off", "leave_to_targets"]
    actions_detail = [*actions_row, *PLAN_ACTIONS, "protect", "end_protection"]
    approval_kinds = {**DeclaredAdmin.approval_kinds, **PLAN_KINDS}
    fieldsets = [
        STATE,
        ("Why?", {"fields": ["why_link"]}),
        (
            "Who it reaches",
            {
                "fields": [
                    "organizations",
                    "groups",
                    "users",
                    ("staff", "superusers", "authenticated"),
                    ("percent", "percent_by"),
                ],
                "description": "Used only when the state is “By its targets”. On or off for everyone overrides this.",
            },
        ),
        (
            "Who it never reaches",
            {
                "fields": [*DENIED[::-1], "prerequisites"],
                "description": "Decided before everything that turns it on, also when it is on for everyone.",
            },
        ),
        LIFE_CYCLE,
        NOTE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flag]:
        return with_reach(super().get_queryset(request), request.user)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if sees_everything(request.user):
            return fieldsets
        # Limited staff see the targets as numbers only, in the label of the flag's state.
        return [
            (title, {**options, "fields": [n for n in options["fields"] if n not in NAMED]})
            for title, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "why_link"]

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: object) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "percent_by":
            # A form without the field leaves it as it is.
            field.required = False
            field.has_changed = lambda initial, data: bool(data) and data != initial
        return field

    def get_urls(self) -> list[URLPattern]:
        page = takes(*PARAMETERS)(self.admin_site.admin_view(require_safe(self.why_view)))
        return [path("<path:object_id>/why/", page, name="flags_flag_why"), *super().get_urls()]

    def why_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return why_page(self, request, unquote(object_id))

    def fields_of_state(self, record: Toggle) -> tuple[str, ...]:
        # A percentage says nothing while a flag is on or off for everyone.
        return (
            ("everyone", "percent") if getattr(record, "everyone", None) is None else ("everyone",)
        )

    @admin.display(description="for a person")
    def why_link(self, flag: Flag) -> SafeString:
        return format_html(
            '<a href="{}" class="text-primary-600 dark:text-primary-500">Why is it on or off for a person?</a>',
            reverse("admin:flags_flag_why", args=[flag.pk]),
        )

    @admin.display(description="state", ordering="everyone")
    def state_label(self, flag: Flag) -> SafeString:
        words = state_in_words(flag)
        if flag.everyone is not None:
            return label(words, GOOD if flag.everyone else BAD)
        return label(words, QUIET if words.startswith("Off") else BUSY)

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        form_class=TurnForm,
        description="Turn on for everyone",
        icon="toggle_on",
        explanation="It is on for everyone except the people it denies, whatever its targets.",
        consequences=lambda flags: _reached(flags, True),
        when=lambda flag: flag.everyone is not True,
    )
    def turn_on(self, request: HttpRequest, flags: QuerySet, answer: TurnForm) -> str:
        return _turn(request, flags, True, answer, "on for everyone")

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        form_class=TurnForm,
        description="Turn off for everyone",
        icon="toggle_off",
        danger=True,
        explanation="It is off for everyone, in every process within a second, whatever its targets.",
        consequences=lambda flags: _reached(flags, False),
        when=lambda flag: flag.everyone is not False,
    )
    def turn_off(self, request: HttpRequest, flags: QuerySet, answer: TurnForm) -> str:
        return _turn(request, flags, False, answer, "off for everyone")

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        form_class=TurnForm,
        description="Use its targets",
        icon="tune",
        explanation=("It is on for its organizations, roles, and people, and for its percentage."),
        consequences=lambda flags: [
            *(f"{flag} will be {_as_targeted(flag)}." for flag in flags[:10]),
            *_reached(flags, None),
        ],
        when=lambda flag: flag.everyone is not None,
    )
    def leave_to_targets(self, request: HttpRequest, flags: QuerySet, answer: TurnForm) -> str:
        return _turn(request, flags, None, answer, "set to use their targets")

    def after_save(self, request: HttpRequest, form: ModelForm, *, change: bool) -> None:
        if form.changed_data:
            before = targets_before(form) if change else {}
            flag_edited(
                flag=form.instance, changes=targets_changed(form, before), actor=request.user
            )


def _reached(flags: QuerySet, everyone: bool | None) -> Iterator[str]:
    """Yield sentences about the people who gain or lose the first few flags, and about plans that end."""
    yield from plans_lost(flags[:_COUNTED])
    states = current().flags
    for flag in flags[:_COUNTED]:
        if (state := states.get(flag.name)) is not None:
            yield from change_of(state, replace(state, everyone=everyone)).sentences


def _turn(
    request: HttpRequest, flags: QuerySet, everyone: bool | None, answer: TurnForm, words: str
) -> str:
    one_at_a_time(flags)
    becomes = next(word for word, state in EVERYONE.items() if state is everyone)
    if answer.minutes:
        return turned_for_a_while(request, flags, becomes, answer)
    turned = [
        flag.name
        for flag in flags
        if flag_set(name=flag.name, everyone=everyone, reason=answer.reason, actor=request.user)
    ]
    return f"{', '.join(turned)}: {words}." if turned else f"Nothing to do. Already {words}."


def _as_targeted(flag: Flag) -> str:
    flag.everyone = None
    words = state_in_words(flag)
    return words[0].lower() + words[1:]
