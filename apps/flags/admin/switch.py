"""Switches: on or off for everyone."""

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin.dropdown_filters import DropdownFilter

from apps.core.admin.confirm import confirmed
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
from apps.flags.admin.plan import (
    PLAN_ACTIONS,
    PLAN_KINDS,
    PlanMixin,
    plans_lost,
    turned_for_a_while,
)
from apps.flags.admin.plan_forms import TurnForm
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
class SwitchAdmin(PlanMixin, LifeCycleMixin, DeclaredAdmin):
    state_fields = ("active",)
    list_filter = [ActiveFilter, StaleFilter, KindFilter, DeclaredFilter]
    autocomplete_fields = ["owner", "owner_role"]
    fieldsets = [STATE, LIFE_CYCLE, NOTE]
    list_display = LISTED
    actions = ["turn_on", "turn_off"]
    actions_row = ["turn_on", "turn_off"]
    actions_detail = [*actions_row, *PLAN_ACTIONS, "protect", "end_protection"]
    approval_kinds = {**DeclaredAdmin.approval_kinds, **PLAN_KINDS}

    @admin.display(description="state", ordering="active")
    def state_label(self, switch: Switch) -> SafeString:
        return label("On", GOOD) if switch.active else label("Off", BAD)

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        form_class=TurnForm,
        consequences=plans_lost,
        description="Turn on",
        icon="toggle_on",
        when=lambda switch: not switch.active,
    )
    def turn_on(self, request: HttpRequest, switches: QuerySet, answer: TurnForm) -> str:
        return _turn(request, switches, True, answer)

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        form_class=TurnForm,
        consequences=plans_lost,
        description="Turn off",
        icon="toggle_off",
        danger=True,
        when=lambda switch: switch.active,
    )
    def turn_off(self, request: HttpRequest, switches: QuerySet, answer: TurnForm) -> str:
        return _turn(request, switches, False, answer)


def _turn(request: HttpRequest, switches: QuerySet, active: bool, answer: TurnForm) -> str:
    word = "on" if active else "off"
    one_at_a_time(switches)
    if answer.minutes:
        return turned_for_a_while(request, switches, word, answer)
    turned = [
        switch.name
        for switch in switches
        if switch_set(name=switch.name, active=active, reason=answer.reason, actor=request.user)
    ]
    return f"{', '.join(turned)}: {word}." if turned else f"Nothing to do. Already {word}."
