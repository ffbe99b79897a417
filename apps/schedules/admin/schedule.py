"""Schedules: which task runs when, its last run, and running it now."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET
from django_celery_beat import admin as _stock  # noqa: F401 - registers its pages, to be replaced.
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.list_button import with_list_button
from apps.core.wording import counted
from apps.schedules.admin.argument_fields import argument_fields, arguments_fieldset
from apps.schedules.admin.catalog import catalog_view
from apps.schedules.admin.owner import OwnerMixin
from apps.schedules.admin.pause import may_pause
from apps.schedules.admin.pause import urls as pause_urls
from apps.schedules.admin.schedule_columns import ScheduleColumns
from apps.schedules.admin.schedule_filters import EnabledFilter, TaskFilter
from apps.schedules.admin.schedule_form import ScheduleForm
from apps.schedules.admin.when_field import when_view
from apps.schedules.models import TaskRun
from apps.schedules.selectors import (
    with_last_run,
)
from apps.schedules.services import (
    schedule_create,
    schedule_delete,
    schedule_run_now,
    schedule_set_enabled,
    schedule_update,
)

CHANGE = "django_celery_beat.change_periodictask"
# A schedule's own page says when it runs, in one field. What celery-beat keeps of that has no pages.
for _model in (PeriodicTask, IntervalSchedule, CrontabSchedule, ClockedSchedule, SolarSchedule):
    admin.site.unregister(_model)


@admin.register(PeriodicTask)
class ScheduleAdmin(ScheduleColumns, OwnerMixin, TimelineMixin, BaseAdmin):
    # A task works on every organization.
    affects_all_organizations = True
    form = ScheduleForm
    create_service = staticmethod(schedule_create)
    update_service = staticmethod(schedule_update)
    service_argument = "schedule"
    reason_required = True
    list_display = [
        "name",
        "state_label",
        "when",
        "next_run",
        "last_run",
        "listed_owner",
    ]
    list_filter = [EnabledFilter, TaskFilter, ("last_run_at", DayRangeFilter)]
    search_fields = ["name", "task", "description"]
    search_help_text = "Name, task or description"
    ordering = ["name"]
    initial_parameters = ["task"]
    actions = ["run_now", "enable", "disable", "set_owner"]
    actions_row = actions_detail = ["run_now", "enable", "disable", "set_owner"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "state_label",
                    "next_runs",
                    "last_run",
                    "times_run",
                    "owner_name",
                    "open_alarms",
                    "origin_label",
                ]
            },
        ),
        (None, {"fields": ["name", "task", "description"]}),
        ("When", {"fields": ["when", "time_zone", "start_time", "expires", "expire_seconds"]}),
    ]
    readonly_fields = [
        "state_label",
        "next_runs",
        "last_run",
        "times_run",
        "owner_name",
        "open_alarms",
        "origin_label",
    ]

    def get_fieldsets(self, request: HttpRequest, obj: PeriodicTask | None = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            return [*sets, ("Arguments", {"fields": ["arguments"]})]
        sets = [*sets[:-1], arguments_fieldset(_chosen_task(request, obj)), sets[-1]]
        # Those who may change it see the next runs below the field that decides them.
        return [
            (title, {**shown, "fields": [name for name in shown["fields"] if name != "next_runs"]})
            for title, shown in sets
        ]

    def get_form(
        self,
        request: HttpRequest,
        obj: PeriodicTask | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        fields = argument_fields(_chosen_task(request, obj))
        kwargs["form"] = type("ScheduleForm", (self.form,), fields)
        return super().get_form(request, obj, change, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        return with_last_run(super().get_queryset(request), request.user)

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

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if may_pause(request):
            url = reverse("admin:django_celery_beat_periodictask_pause")
            with_list_button(
                response, title="Pause all", icon="pause_circle", url=url, primary=False
            )
        return response

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "django_celery_beat_periodictask"
        catalog = partial(catalog_view, self)
        return [
            path("when/", wrap(require_GET(when_view)), name=f"{name}_when"),
            *pause_urls(self),
            path("catalog/", wrap(require_GET(catalog)), name=f"{name}_catalog"),
            *super().get_urls(),
        ]

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


def _chosen_task(request: HttpRequest, schedule: PeriodicTask | None) -> str:
    """Return the task whose arguments the form asks for: without JavaScript a choice counts when it is posted."""
    chosen = request.POST.get("task") if request.method == "POST" else request.GET.get("task")
    return chosen or (schedule.task if schedule else "")
