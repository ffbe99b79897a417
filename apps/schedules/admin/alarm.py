"""The alarms of schedules: open, acknowledged, over."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import (
    BAD,
    EMPTY,
    GOOD,
    WAITING,
    label,
    moment,
    moment_column,
    phrase,
    record_link,
)
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.admin.read_only import ReadOnly
from apps.core.personal import readable
from apps.core.wording import counted, listed
from apps.schedules.alarm_mails import TO_DO
from apps.schedules.models import Alarm
from apps.schedules.services.alarms import alarm_acknowledge, people_told

OPEN, ACKNOWLEDGED, OVER = "open", "acknowledged", "over"
STATES = {OPEN: ("Open", BAD), ACKNOWLEDGED: ("Acknowledged", WAITING), OVER: ("Over", GOOD)}


def state_of(alarm: Alarm) -> str:
    if alarm.ended_at is not None:
        return OVER
    return OPEN if alarm.acknowledged_at is None else ACKNOWLEDGED


class AlarmStateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(value, name) for value, (name, _) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return getattr(queryset, self.value())() if self.value() in STATES else queryset


@admin.register(Alarm)
class AlarmAdmin(TimelineMixin, ReadOnly, BaseAdmin):
    ask_reason = False
    list_display = [
        "what",
        "state_label",
        "since_moment",
        "short_details",
        "run_link",
        "ended_moment",
    ]
    list_filter = [
        AlarmStateFilter,
        ("kind", ChoicesDropdownFilter),
        ("schedule", RecordFilter),
        ("since", DayRangeFilter),
    ]
    list_select_related = ["schedule", "run", "acknowledged_by"]
    search_fields = ["schedule_name"]
    search_help_text = "Name of the schedule"
    sortable_by = ["since_moment", "ended_moment"]
    actions = ["acknowledge"]
    actions_row = actions_detail = ["acknowledge"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "state_label",
                    "details_text",
                    "to_do",
                    "schedule_link",
                    "run_link",
                    "told_names",
                ]
            },
        ),
        (
            "Times",
            {"fields": ["since_moment", "created_moment", "ended_moment", "ended_because"]},
        ),
        ("Acknowledged", {"fields": ["acknowledged_text", "note_text"]}),
    ]

    @confirmed(
        permission="schedules.acknowledge_alarm",
        description="Acknowledge",
        icon="done",
        reason="optional",
        explanation=(
            "Says that somebody takes care of it. The alarm leaves the start page, and ends by "
            "itself when the schedule is well again."
        ),
        when=lambda alarm: state_of(alarm) == OPEN,
    )
    def acknowledge(self, request: HttpRequest, alarms: QuerySet, answer: ConfirmationForm) -> str:
        done = sum(
            alarm_acknowledge(alarm=alarm, note=answer.reason, actor=request.user)
            for alarm in alarms
        )
        if not done:
            return "Nothing to do. Already acknowledged."
        return f"{counted(done, Alarm)} acknowledged."

    since_moment = moment_column("since", description="since")
    created_moment = moment_column("created_at", description="noticed")
    ended_moment = moment_column("ended_at", description="over")

    @admin.display(description="alarm", ordering="schedule_name")
    def what(self, alarm: Alarm) -> str:
        return str(alarm)

    @admin.display(description="state")
    def state_label(self, alarm: Alarm) -> SafeString:
        return label(*STATES[state_of(alarm)])

    @admin.display(description="what happened")
    def short_details(self, alarm: Alarm) -> SafeString | str:
        return phrase(truncatechars(readable(alarm.details), 90))

    @admin.display(description="what happened")
    def details_text(self, alarm: Alarm) -> str:
        return readable(alarm.details)

    @admin.display(description="what to do")
    def to_do(self, alarm: Alarm) -> str:
        if alarm.ended_at is not None:
            return "Nothing. It is over."
        return TO_DO[Alarm.Kind(alarm.kind)]

    @admin.display(description="schedule")
    def schedule_link(self, alarm: Alarm) -> SafeString | str:
        if alarm.schedule:
            return record_link(alarm.schedule, alarm.schedule_name)
        return f"{alarm.schedule_name} (deleted)" if alarm.schedule_name else EMPTY

    @admin.display(description="run")
    def run_link(self, alarm: Alarm) -> SafeString | str:
        if alarm.run_id is None:
            return EMPTY
        if alarm.run is None:
            return f"Run {alarm.run_id} (no longer kept)"
        # Without a line break between the two.
        return record_link(alarm.run, f"Run\N{NO-BREAK SPACE}{alarm.run_id}")

    @admin.display(description="told")
    def told_names(self, alarm: Alarm) -> str:
        people = people_told(alarm)
        return listed((str(person) for person in people), most=10) if people else "Nobody"

    @admin.display(description="acknowledged")
    def acknowledged_text(self, alarm: Alarm) -> SafeString | str:
        if alarm.acknowledged_at is None:
            return EMPTY
        who = alarm.acknowledged_by or "The program"
        return format_html("{}, {}", who, moment(alarm.acknowledged_at))

    @admin.display(description="note")
    def note_text(self, alarm: Alarm) -> str:
        return readable(alarm.note) or EMPTY
