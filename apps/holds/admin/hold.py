"""Legal holds: what is held, who set it, since when, and why."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import (
    EMPTY,
    QUIET,
    WAITING,
    label,
    moment_column,
    phrase,
    record_link,
)
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.read_only import ReadOnly
from apps.core.personal import readable
from apps.core.wording import counted
from apps.holds.admin.subjects import subject_link, subject_words, with_subjects
from apps.holds.models import LegalHold
from apps.holds.services import legal_hold_lift

ACTIVE, LIFTED = "active", "lifted"


class HoldStateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(ACTIVE, "Active"), (LIFTED, "Lifted")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in (ACTIVE, LIFTED):
            return queryset
        return queryset.filter(lifted_at__isnull=self.value() == ACTIVE)


@admin.register(LegalHold)
class LegalHoldAdmin(TimelineMixin, ReadOnly, BaseAdmin):
    """Holds are set on the pages of records."""

    ask_reason = False
    empty_text = "To set one, open a record and choose “Set legal hold”."
    list_display = ["held_name", "state_label", "set_by_link", "set_moment", "short_reason"]
    list_filter = [HoldStateFilter, ("set_at", DayRangeFilter)]
    list_select_related = ["set_by"]
    search_fields = ["reason"]
    search_help_text = "Reason"
    sortable_by = ["set_moment"]
    ordering = ["-set_at", "-id"]
    actions = ["lift"]
    actions_row = actions_detail = ["lift"]
    fieldsets = [
        (None, {"fields": ["held", "state_label", "set_by_link", "set_moment", "full_reason"]}),
        ("Lifted", {"fields": ["lifted_by_link", "lifted_moment", "lift_text"]}),
    ]
    readonly_fields = [
        "held",
        "state_label",
        "set_by_link",
        "set_moment",
        "full_reason",
        "lifted_by_link",
        "lifted_moment",
        "lift_text",
    ]

    set_moment = moment_column("set_at", description="since")
    lifted_moment = moment_column("lifted_at")

    @confirmed(
        permission="holds.lift_legalhold",
        description="Lift",
        icon="lock_open",
        danger=True,
        explanation="The record, and what belongs to it, can be deleted for good again.",
        when=lambda hold: hold.is_active,
        sudo=True,
    )
    def lift(self, request: HttpRequest, holds: QuerySet[Any], answer: ConfirmationForm) -> str:
        lifted = list(holds)
        for hold in lifted:
            legal_hold_lift(hold=hold, reason=answer.reason, actor=request.user)
        return f"{counted(len(lifted), LegalHold)} lifted."

    @display(description="record")
    def held(self, hold: LegalHold) -> SafeString | str:
        return subject_link(hold)

    @display(description="record")
    def held_name(self, hold: LegalHold) -> str:
        return subject_words(hold)

    @display(description="state")
    def state_label(self, hold: LegalHold) -> SafeString:
        return label("Active", WAITING) if hold.is_active else label("Lifted", QUIET)

    @display(description="by")
    def set_by_link(self, hold: LegalHold) -> SafeString | str:
        return record_link(hold.set_by)

    @display(description="reason")
    def short_reason(self, hold: LegalHold) -> SafeString | str:
        return phrase(readable(hold.reason))

    @display(description="reason")
    def full_reason(self, hold: LegalHold) -> str:
        return readable(hold.reason)

    @display(description="by")
    def lifted_by_link(self, hold: LegalHold) -> SafeString | str:
        return record_link(hold.lifted_by)

    @display(description="reason")
    def lift_text(self, hold: LegalHold) -> str:
        return readable(hold.lift_reason) or EMPTY

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        if hasattr(found, "result_list"):
            found.result_list = list(found.result_list)
            with_subjects(found.result_list, request.user)
        return found
