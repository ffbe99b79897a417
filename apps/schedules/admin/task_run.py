"""The runs of scheduled tasks, read-only."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
)
from unfold.decorators import display

from apps.core.actors import in_the_name_of
from apps.core.admin.display import (
    BAD,
    BUSY,
    EMPTY,
    GOOD,
    WAITING,
    copyable,
    moment_column,
    phrase,
    record_link,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.admin.read_only import ReadOnlyAdmin
from apps.schedules.admin.schedule import TaskFilter
from apps.schedules.models import TaskRun
from apps.schedules.task_names import declared_tasks

STATE_COLORS = {
    "waiting": WAITING,
    "running": BUSY,
    "succeeded": GOOD,
    "failed": BAD,
    "lost": BAD,
    "refused": BAD,
}


class SourceFilter(DropdownFilter):
    title = "who started it"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("schedule", "Schedule"), ("person", "A person")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> Any:
        if self.value() in ("schedule", "person"):
            return queryset.filter(started_by__isnull=self.value() == "schedule")
        return queryset


@admin.register(TaskRun)
class TaskRunAdmin(ReadOnlyAdmin):
    list_display = [
        "schedule_link",
        "state_label",
        "due_moment",
        "started_moment",
        "took",
        "short_message",
        "by",
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        TaskFilter,
        ("schedule", RecordFilter),
        ("due_at", DayRangeFilter),
        SourceFilter,
    ]
    list_select_related = ["schedule", "started_by", "real_started_by"]
    list_display_links = ["state_label"]
    search_fields = ["schedule_name", "task_name"]
    search_help_text = "Name of the schedule or the task"
    sortable_by = ["due_moment"]
    fieldsets = [
        (None, {"fields": ["state_label", "message", "schedule_link", "task_label", "by"]}),
        (
            "Times",
            {
                "fields": [
                    "due_moment",
                    "sent_moment",
                    "started_moment",
                    "heartbeat_moment",
                    "ended_moment",
                    "took",
                ]
            },
        ),
        (
            "For support",
            {"fields": ["arguments_text", "task_name", "worker", "celery_copy", "run_key"]},
        ),
    ]

    state_label = state_column("state", STATE_COLORS)
    sent_moment = moment_column("created_at", description="sent")
    heartbeat_moment = moment_column("heartbeat_at", description="last heartbeat")
    ended_moment = moment_column("ended_at", description="ended")
    due_moment = moment_column("due_at", description="due")
    started_moment = moment_column("started_at", description="started")

    @admin.display(description="schedule")
    def schedule_link(self, run: TaskRun) -> SafeString | str:
        if run.schedule:
            return record_link(run.schedule, run.schedule_name)
        if run.schedule_name:
            return f"{run.schedule_name} (deleted)"
        return f"None ({self.task_label(run)})"

    @admin.display(description="task")
    def task_label(self, run: TaskRun) -> str:
        declared = declared_tasks().get(run.task_name)
        return declared.label if declared else run.task_name

    @admin.display(description="took")
    def took(self, run: TaskRun) -> str:
        return EMPTY if run.duration is None else duration_in_words(run.duration)

    @admin.display(description="message")
    def short_message(self, run: TaskRun) -> SafeString | str:
        return phrase(truncatechars(run.message, 80))

    @admin.display(description="started by")
    def by(self, run: TaskRun) -> str:
        if run.started_by:
            return in_the_name_of(run.started_by, run.real_started_by)
        return "Schedule" if run.schedule_name else "The program"

    @admin.display(description="arguments")
    def arguments_text(self, run: TaskRun) -> str:
        given = {key: value for key, value in run.arguments.items() if value}
        return json.dumps(given, ensure_ascii=False) if given else "None"

    @display(description="Celery ID")
    def celery_copy(self, run: TaskRun) -> SafeString | str:
        return copyable(run.celery_id)


def duration_in_words(duration: timedelta) -> str:
    seconds = duration.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{intcomma(minutes)} min {rest} s"
