"""What the list and the page of schedules show of one: its state, when it runs, its last run."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_beat.models import PeriodicTask

from apps.core.admin.display import (
    BAD,
    EMPTY,
    GOOD,
    MAIN,
    QUIET,
    WAITING,
    count_link,
    label,
    moment,
    phrase,
)
from apps.schedules.admin.run_states import STATE_COLORS
from apps.schedules.admin.when_field import next_runs
from apps.schedules.models import TaskRun
from apps.schedules.selectors import OWN, RETIRED, SHIPPED, problem_of, when_of
from apps.schedules.services.verdicts import LATE_AFTER
from apps.schedules.task_names import arguments_of
from apps.schedules.timetables import next_due
from apps.schedules.timing import zone_of

ORIGINS = {
    SHIPPED: ("Shipped", MAIN),
    RETIRED: ("No longer shipped", WAITING),
    OWN: ("Made here", QUIET),
}


class ScheduleColumns:
    """The read-only fields and list columns of a schedule; they need the list's own query (`with_last_run`)."""

    @admin.display(description="state", ordering="enabled")
    def state_label(self, schedule: PeriodicTask) -> SafeString:
        if problem := problem_of(schedule):
            return format_html("{} {}", label("Broken", BAD), phrase(problem))
        return label("Enabled", GOOD) if schedule.enabled else label("Disabled", QUIET)

    # Also the fields of the form, for those who may only look.
    @admin.display(description="when")
    def when(self, schedule: PeriodicTask) -> SafeString | str:
        try:
            return phrase(when_of(schedule))
        except ValueError:
            return EMPTY

    @admin.display(description="time zone")
    def time_zone(self, schedule: PeriodicTask) -> str:
        return zone_of(schedule)

    @admin.display(description="next run")
    def next_run(self, schedule: PeriodicTask) -> SafeString | str:
        if not schedule.enabled or problem_of(schedule):
            return EMPTY
        due = next_due(schedule)
        if due is not None and due < timezone.now() - LATE_AFTER:
            return format_html("{} {}", label("Overdue", BAD), moment(due))
        return moment(due)

    @admin.display(description="next runs")
    def next_runs(self, schedule: PeriodicTask) -> SafeString | str:
        return next_runs(schedule)

    @admin.display(description="arguments")
    def arguments(self, schedule: PeriodicTask) -> str:
        found = arguments_of(schedule).items()
        return ", ".join(f"{name}: {value}" for name, value in found) or EMPTY

    @admin.display(description="runs on record")
    def times_run(self, schedule: PeriodicTask) -> SafeString | str:
        if not schedule.shows_runs:
            return EMPTY
        kept = TaskRun.objects.filter(schedule=schedule).count()
        return count_link(kept, "schedules.taskrun", schedule__id__exact=schedule.pk)

    @admin.display(description="last run")
    def last_run(self, schedule: PeriodicTask) -> str:
        if schedule.last_run_id is None:
            return EMPTY
        state = TaskRun.State(schedule.last_run_state)
        return format_html(
            '<a href="{}" class="whitespace-nowrap">{} {}</a>',
            reverse("admin:schedules_taskrun_change", args=[schedule.last_run_id]),
            label(state.label, STATE_COLORS[state]),
            moment(schedule.last_run_created),
        )

    @admin.display(description="origin")
    def origin_label(self, schedule: PeriodicTask) -> SafeString:
        return label(*ORIGINS[schedule.origin])
