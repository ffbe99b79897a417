"""How schedules are told of in timelines, and where a task run's page is."""

from django.urls import reverse
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.audit.timeline.registry import timeline_label, timeline_runs
from apps.audit.timeline.scope import timeline_unscoped

timeline_label(PeriodicTask, "{name}")
timeline_label(IntervalSchedule, "every {every} {period}")
timeline_label(CrontabSchedule, "{minute} {hour} {day_of_month} {month_of_year} {day_of_week}")
timeline_label(ClockedSchedule, "{clocked_time}")
timeline_label(SolarSchedule, "{event}")
timeline_unscoped(PeriodicTask, IntervalSchedule, CrontabSchedule, ClockedSchedule, SolarSchedule)
timeline_runs("task", url=lambda run: reverse("admin:schedules_taskrun_change", args=[run]))
