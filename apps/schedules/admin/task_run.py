"""The runs of scheduled tasks, read-only."""

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
    exact_column,
    label,
    moment,
    moment_column,
    phrase,
    record_link,
)
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.admin.read_only import ReadOnlyAdmin
from apps.core.personal import readable
from apps.core.wording import counted
from apps.schedules.admin.run_filters import FrequentFilter, SourceFilter, hides_frequent
from apps.schedules.admin.run_states import STATE_COLORS
from apps.schedules.admin.schedule_filters import TaskFilter
from apps.schedules.durations import duration_in_words
from apps.schedules.models import TaskRun
from apps.schedules.run_selectors import changes_of, usual_duration
from apps.schedules.services import run_can_be_stopped, run_cancel, run_leave, run_repeat
from apps.schedules.task_names import declared_tasks

TRACEBACK = "schedules.view_traceback"


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
    actions = ["run_again", "leave", "cancel"]
    actions_row = actions_detail = ["run_again", "leave", "cancel"]
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
                    "said",
                    "reason",
                    "decision",
                    "schedule_link",
                    "task_label",
                    "arguments_text",
                    "by",
                    "changes",
                ]
            },
        ),
        (
            "Times",
            {
                "fields": [
                    "due_exact",
                    "made_exact",
                    "sent_exact",
                    "started_exact",
                    "ended_exact",
                    "took_beside_usual",
                ]
            },
        ),
        (
            "For support",
            {
                "fields": [
                    "traceback_text",
                    "task_name",
                    "worker",
                    "attempts",
                    "heartbeat_exact",
                    "celery_copy",
                    "run_key",
                ]
            },
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
        description="Cancel the run",
        icon="cancel",
        danger=True,
        explanation=(
            "A run that waits does not begin. One that is running ends at its next safe point, and what it has "
            "done stays done."
        ),
        when=lambda run: (
            run.state in TaskRun.OPEN
            and run.cancel_requested_at is None
            and run_can_be_stopped(run)
        ),
    )
    def cancel(self, request: HttpRequest, runs: QuerySet, answer: ConfirmationForm) -> str:
        new = sum(run_cancel(run=run, reason=answer.reason, actor=request.user) for run in runs)
        return f"{counted(new, TaskRun)} canceled." if new else "Nothing to do. Already canceled."

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

    @admin.display(description="state", ordering="state")
    def state_label(self, run: TaskRun) -> SafeString:
        shown = label(run.get_state_display(), STATE_COLORS[run.state])
        if run.state == TaskRun.State.RUNNING and run.cancel_requested_at:
            return format_html("{} Ends at its next safe point.", shown)
        if run.state == TaskRun.State.RUNNING and not run_can_be_stopped(run):
            return format_html("{} Can't be stopped halfway.", shown)
        return shown

    due_exact = exact_column("due_at")
    made_exact = exact_column("created_at")
    sent_exact = exact_column("sent_at")
    started_exact = exact_column("started_at")
    heartbeat_exact = exact_column("heartbeat_at", description="last heartbeat")
    ended_exact = exact_column("ended_at")
    due_moment = moment_column("due_at", description="due")
    started_moment = moment_column("started_at", description="started")

    @admin.display(description="schedule")
    def schedule_link(self, run: TaskRun) -> SafeString | str:
        if run.schedule:
            return record_link(run.schedule, run.schedule_name)
        if run.schedule_name:
            return f"{run.schedule_name} (deleted)"
        return f"{self.task_label(run)} (no schedule)"

    @admin.display(description="task")
    def task_label(self, run: TaskRun) -> str:
        declared = declared_tasks().get(run.task_name)
        return declared.label if declared else run.task_name

    @admin.display(description="took")
    def took(self, run: TaskRun) -> str:
        return EMPTY if run.duration is None else duration_in_words(run.duration)

    @admin.display(description="took")
    def took_beside_usual(self, run: TaskRun) -> str:
        usual = usual_duration(run)
        if usual is None or run.duration is None:
            return self.took(run)
        return f"{duration_in_words(run.duration)} (usually {duration_in_words(usual)})"

    @admin.display(description="message")
    def short_message(self, run: TaskRun) -> SafeString | str:
        return phrase(truncatechars(readable(run.message or run.reason), 80))

    @admin.display(description="message")
    def said(self, run: TaskRun) -> SafeString | str:
        shown = readable(run.message) or EMPTY
        if run.state in TaskRun.UNHAPPY:
            return format_html('<strong class="text-red-700 dark:text-red-400">{}</strong>', shown)
        return shown

    @admin.display(description="changes")
    def changes(self, run: TaskRun) -> SafeString | str:
        made = changes_of(run)
        return EMPTY if made is None else record_link(made, "What it changed")

    @admin.display(description="traceback")
    def traceback_text(self, run: TaskRun) -> SafeString | str:
        """Only those who may see it get this field; see `get_fieldsets`."""
        return format_html('<pre class="qd-traceback">{}</pre>', readable(run.traceback))

    @admin.display(description="traceback")
    def traceback_hidden(self, run: TaskRun) -> str:
        return "Hidden. To see it, you need the permission “view the traceback of a task run”."

    def get_fieldsets(self, request: HttpRequest, obj: TaskRun | None = None) -> Any:
        ((_, about), times, (title, shown)) = super().get_fieldsets(request, obj)
        first = (
            None,
            {
                **about,
                "fields": [each for each in about["fields"] if not self._is_blank(each, obj)],
            },
        )
        name = "traceback_text" if request.user.has_perm(TRACEBACK) else "traceback_hidden"
        fields = [name, *shown["fields"][1:]] if obj and obj.traceback else shown["fields"][1:]
        return [first, times, (title, {**shown, "fields": fields})]

    def _is_blank(self, field: str, run: TaskRun | None) -> bool:
        """Return whether a field that most runs have nothing for is left out."""
        if run is None or field not in ("reason", "decision", "arguments_text", "changes"):
            return False
        return (run.reason if field == "reason" else getattr(self, field)(run)) in ("", EMPTY)

    @admin.display(description="started by")
    def by(self, run: TaskRun) -> str:
        if run.started_by:
            return in_the_name_of(run.started_by, run.real_started_by)
        return "Schedule" if run.schedule_name else "The program"

    @admin.display(description="arguments")
    def arguments_text(self, run: TaskRun) -> str:
        """Show them by name, and those by position as they stand."""
        named = [f"{name}: {value}" for name, value in run.arguments.get("kwargs", {}).items()]
        shown = [*map(str, run.arguments.get("args", [])), *named]
        return readable(", ".join(shown)) or EMPTY

    @display(description="Celery ID")
    def celery_copy(self, run: TaskRun) -> SafeString | str:
        return copyable(run.celery_id)
