"""Switches: on or off for everyone."""

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin.dropdown_filters import DropdownFilter

from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import BAD, GOOD, label
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
from apps.flags.models import Switch
from apps.flags.services import switch_set


class ActiveFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("on", "On"), ("off", "Off")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        states = {"on": Q(active=True), "off": Q(active=False)}
        return queryset.filter(states.get(self.value() or "", Q()))


@admin.register(Switch)
class SwitchAdmin(LifeCycleMixin, DeclaredAdmin):
    state_field = "active"
    list_filter = [ActiveFilter, StaleFilter, KindFilter, DeclaredFilter]
    autocomplete_fields = ["owner", "owner_role"]
    fieldsets = [STATE, LIFE_CYCLE, NOTE]
    list_display = LISTED
    actions = ["turn_on", "turn_off"]
    actions_row = ["turn_on", "turn_off"]
    actions_detail = [*actions_row, "protect", "end_protection"]

    @admin.display(description="state", ordering="active")
    def state_label(self, switch: Switch) -> SafeString:
        return label("On", GOOD) if switch.active else label("Off", BAD)

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        description="Turn on",
        icon="toggle_on",
        when=lambda switch: not switch.active,
    )
    def turn_on(self, request: HttpRequest, switches: QuerySet, answer: ConfirmationForm) -> str:
        return _turn(request, switches, True, answer.reason)

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        description="Turn off",
        icon="toggle_off",
        danger=True,
        when=lambda switch: switch.active,
    )
    def turn_off(self, request: HttpRequest, switches: QuerySet, answer: ConfirmationForm) -> str:
        return _turn(request, switches, False, answer.reason)


def _turn(request: HttpRequest, switches: QuerySet, active: bool, reason: str) -> str:
    word = "on" if active else "off"
    one_at_a_time(switches)
    turned = [
        switch.name
        for switch in switches
        if switch_set(name=switch.name, active=active, reason=reason, actor=request.user)
    ]
    return f"{', '.join(turned)}: {word}." if turned else f"Nothing to do. Already {word}."
