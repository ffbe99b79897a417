"""Declares the timelines of schedules, and the page of a task run."""

from django.urls import reverse
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.audit.timeline.registry import timeline_label, timeline_never_reverts, timeline_runs
from apps.core.scope import unscoped
from apps.schedules.change_sources import TASK_RUN

timeline_label(PeriodicTask, "{name}")
timeline_label(IntervalSchedule, "every {every} {period}")
timeline_label(CrontabSchedule, "{minute} {hour} {day_of_month} {month_of_year} {day_of_week}")
timeline_label(ClockedSchedule, "{clocked_time}")
timeline_label(SolarSchedule, "{event}")
unscoped(PeriodicTask, because="what runs when; its runs are held to the scope")
unscoped(
    IntervalSchedule,
    CrontabSchedule,
    ClockedSchedule,
    SolarSchedule,
    because="timings are shared between schedules",
)
timeline_runs(TASK_RUN, url=lambda run: reverse("admin:schedules_taskrun_change", args=[run]))
timeline_never_reverts(
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    ClockedSchedule,
    SolarSchedule,
    because="a schedule is changed on its page, with a reason and its next runs in view",
)
