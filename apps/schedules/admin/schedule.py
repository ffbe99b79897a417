"""Schedules: which task runs when, its last run, and running it now."""

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_beat import admin as _stock  # noqa: F401 - registers its pages, to be replaced.
from django_celery_beat.models import PeriodicTask
from unfold.contrib.filters.admin import DropdownFilter

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY, GOOD, MAIN, QUIET, WAITING, label, moment, phrase
from apps.core.admin.filters import DayRangeFilter
from apps.core.wording import counted
from apps.schedules.admin.schedule_form import ScheduleForm, task_choices
from apps.schedules.models import TaskRun
from apps.schedules.selectors import (
    OWN,
    RETIRED,
    SHIPPED,
    timing_in_words,
    with_last_run,
)
from apps.schedules.services import (
    schedule_create,
    schedule_delete,
    schedule_run_now,
    schedule_set_enabled,
    schedule_update,
)
from apps.schedules.services.timings import FIELDS
from apps.schedules.task_names import declared_tasks

CHANGE = "django_celery_beat.change_periodictask"
ORIGINS = {
    SHIPPED: ("Shipped", MAIN),
    RETIRED: ("No longer shipped", WAITING),
    OWN: ("Made here", QUIET),
}

admin.site.unregister(PeriodicTask)


class EnabledFilter(DropdownFilter):
    title = "state"
    parameter_name = "enabled"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("1", "Enabled"), ("0", "Disabled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("0", "1"):
            return queryset.filter(enabled=self.value() == "1")
        return queryset


class TaskFilter(DropdownFilter):
    title = "task"
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [*task_choices()[1:], ("-", "Not declared")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        field = "task_name" if queryset.model is TaskRun else "task"
        if self.value() == "-":
            return queryset.exclude(**{f"{field}__in": [task.name for task in declared_tasks()]})
        return queryset.filter(**{field: self.value()}) if self.value() else queryset


@admin.register(PeriodicTask)
class ScheduleAdmin(TimelineMixin, BaseAdmin):
    form = ScheduleForm
    create_service = staticmethod(schedule_create)
    update_service = staticmethod(schedule_update)
    service_argument = "schedule"
    reason_required = True
    list_display = [
        "name",
        "enabled_label",
        "timing",
        "last_run",
        "task_label",
        "origin_label",
    ]
    list_filter = [EnabledFilter, TaskFilter, ("last_run_at", DayRangeFilter)]
    # The pages of timings link to this list with this parameter.
    link_parameters = [f"{field}__id__exact" for field in FIELDS.values()]
    search_fields = ["name", "task", "description"]
    search_help_text = "Name, task or description"
    ordering = ["name"]
    autocomplete_fields = ["interval", "crontab", "clocked", "solar"]
    actions = ["run_now", "enable", "disable"]
    actions_row = actions_detail = ["run_now", "enable", "disable"]
    fieldsets = [
        (
            None,
            {"fields": ["enabled_label", "timing", "last_run", "times_run", "origin_label"]},
        ),
        (None, {"fields": ["name", "task", "description"]}),
        (
            "When",
            {
                "fields": ["interval", "crontab", "clocked", "solar", "one_off", "start_time"],
                "description": "Choose exactly one. A schedule that is enabled or changed waits for "
                "its next time. A run that was missed while the scheduler was down is caught up once.",
            },
        ),
        ("Arguments", {"fields": ["kwargs", "args"], "classes": ["collapse"]}),
        ("Expiry", {"fields": ["expires", "expire_seconds"], "classes": ["collapse"]}),
    ]
    readonly_fields = ["enabled_label", "timing", "last_run", "times_run", "origin_label"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        return with_last_run(super().get_queryset(request))

    @admin.display(description="state", ordering="enabled")
    def enabled_label(self, schedule: PeriodicTask) -> SafeString:
        return label("Enabled", GOOD) if schedule.enabled else label("Disabled", QUIET)

    @admin.display(description="when")
    def timing(self, schedule: PeriodicTask) -> SafeString | str:
        return phrase(timing_in_words(schedule))

    @admin.display(description="task")
    def task_label(self, schedule: PeriodicTask) -> str:
        declared = declared_tasks().get(schedule.task)
        return declared.label if declared else f"{schedule.task} (not declared, so it won't run)"

    @admin.display(description="runs on schedule")
    def times_run(self, schedule: PeriodicTask) -> str:
        return f"{schedule.total_run_count:,}"

    @admin.display(description="last run")
    def last_run(self, schedule: PeriodicTask) -> str:
        if schedule.last_run_id is None:
            return EMPTY
        return format_html(
            '<a href="{}" class="text-primary-600 dark:text-primary-500">{}: {}</a>',
            reverse("admin:schedules_taskrun_change", args=[schedule.last_run_id]),
            moment(schedule.last_run_created),
            TaskRun.State(schedule.last_run_state).label.lower(),
        )

    @admin.display(description="origin")
    def origin_label(self, schedule: PeriodicTask) -> SafeString:
        return label(*ORIGINS[schedule.origin])

    @confirmed(
        permission="schedules.run_task",
        description="Run now",
        icon="play_arrow",
        reason="optional",
        explanation=(
            "Runs right away, even if the schedule is disabled. The next scheduled time "
            "doesn't change."
        ),
    )
    def run_now(self, request: HttpRequest, schedules: QuerySet, answer: ConfirmationForm) -> str:
        runs = [
            schedule_run_now(schedule=schedule, reason=answer.reason, actor=request.user)
            for schedule in schedules
        ]
        return (
            f"{counted(len(runs), TaskRun)} added. "
            f"{'It starts' if len(runs) == 1 else 'They start'} as soon as a worker is free."
        )

    @confirmed(
        permission=CHANGE,
        description="Enable",
        icon="event_available",
        explanation="It waits for its next time. Missed runs aren't caught up.",
        when=lambda schedule: not schedule.enabled,
    )
    def enable(self, request: HttpRequest, schedules: QuerySet, answer: ConfirmationForm) -> str:
        return _set_enabled(request, schedules, True, answer.reason)

    @confirmed(
        permission=CHANGE,
        description="Disable",
        icon="event_busy",
        danger=True,
        explanation="It doesn't run until you enable it again. A run in progress continues.",
        when=lambda schedule: schedule.enabled,
    )
    def disable(self, request: HttpRequest, schedules: QuerySet, answer: ConfirmationForm) -> str:
        return _set_enabled(request, schedules, False, answer.reason)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for schedule in queryset:
            schedule_delete(schedule=schedule, actor=request.user)


def _set_enabled(request: HttpRequest, schedules: QuerySet, enabled: bool, reason: str) -> str:
    changed = [
        schedule.name
        for schedule in schedules
        if schedule_set_enabled(
            schedule=schedule, enabled=enabled, reason=reason, actor=request.user
        )
    ]
    word = "enabled" if enabled else "disabled"
    return f"{', '.join(changed)}: {word}." if changed else f"Nothing to do. Already {word}."
