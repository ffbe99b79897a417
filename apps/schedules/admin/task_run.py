"""The runs of scheduled tasks, read-only."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import truncatechars
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.core.actors import in_the_name_of
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import (
    EMPTY,
    copyable,
    moment,
    moment_column,
    phrase,
    record_link,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.admin.read_only import ReadOnlyAdmin
from apps.core.wording import counted
from apps.schedules.admin.run_filters import FrequentFilter, SourceFilter, hides_frequent
from apps.schedules.admin.run_states import STATE_COLORS
from apps.schedules.admin.schedule_filters import TaskFilter
from apps.schedules.durations import duration_in_words
from apps.schedules.models import TaskRun
from apps.schedules.services import run_leave, run_repeat
from apps.schedules.task_names import declared_tasks


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
        FrequentFilter,
    ]
    actions = ["run_again", "leave"]
    actions_row = actions_detail = ["run_again", "leave"]
    list_before_template = "schedules/hidden_runs.html"
    list_select_related = ["schedule", "started_by", "real_started_by", "decided_by"]
    list_display_links = ["state_label"]
    search_fields = ["schedule_name", "task_name"]
    search_help_text = "Name of the schedule or the task"
    sortable_by = ["due_moment"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "state_label",
                    "message",
                    "reason",
                    "decision",
                    "schedule_link",
                    "task_label",
                    "by",
                ]
            },
        ),
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

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = extra_context or {}
        if hides_frequent(request):
            context["hidden_runs"] = (
                TaskRun.objects.for_staff(request.user).frequent_successes().count()
            )
        return super().changelist_view(request, context)

    @confirmed(
        permission="schedules.run_task",
        description="Run again",
        icon="replay",
        reason="optional",
        explanation="Starts a new run with the same arguments, for the same due time.",
        when=lambda run: run.state not in TaskRun.OPEN,
    )
    def run_again(self, request: HttpRequest, runs: QuerySet, answer: ConfirmationForm) -> str:
        new = [run_repeat(run=run, reason=answer.reason, actor=request.user) for run in runs]
        return f"{counted(len(new), TaskRun)} added: {', '.join(str(run.pk) for run in new)}."

    @confirmed(
        permission="schedules.run_task",
        description="Leave it",
        icon="do_not_disturb_on",
        explanation="The run stays lost and no longer waits for a decision.",
        when=lambda run: run.state == TaskRun.State.LOST and run.decided_at is None,
    )
    def leave(self, request: HttpRequest, runs: QuerySet, answer: ConfirmationForm) -> str:
        left = sum(run_leave(run=run, reason=answer.reason, actor=request.user) for run in runs)
        return f"{counted(left, TaskRun)} left." if left else "Nothing to do. Already decided."

    @admin.display(description="decision")
    def decision(self, run: TaskRun) -> SafeString | str:
        if run.decided_at is not None:
            return format_html("{}, {}", run.decided_by or "The program", moment(run.decided_at))
        if run.state == TaskRun.State.LOST:
            return "Waits for a person: run it again, or leave it."
        return EMPTY

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
        return phrase(truncatechars(run.message or run.reason, 80))

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
