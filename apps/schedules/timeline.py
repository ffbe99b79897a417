"""Declares the timelines of schedules, and the page of a task run."""

from django.urls import reverse
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.audit.timeline.history_scope import timeline_scope
from apps.audit.timeline.registry import (
    timeline_includes,
    timeline_label,
    timeline_never_reverts,
    timeline_runs,
)
from apps.core.scope import unscoped
from apps.schedules.change_sources import TASK_RUN
from apps.schedules.models import Alarm, ScheduleOwner

timeline_label(PeriodicTask, "{name}")
timeline_label(IntervalSchedule, "every {every} {period}")
timeline_label(CrontabSchedule, "{minute} {hour} {day_of_month} {month_of_year} {day_of_week}")
timeline_label(ClockedSchedule, "{clocked_time}")
timeline_label(SolarSchedule, "{event}")
timeline_label(Alarm, "{schedule_name} {kind}", created="opened")
timeline_label(ScheduleOwner, "{owner}", page="schedule")
timeline_includes(
    PeriodicTask,
    ScheduleOwner,
    by="schedule",
    subject="{owner}",
    created="made {owner} the owner",
    deleted="removed {owner} as the owner",
)
timeline_scope(Alarm, id=lambda user: Alarm.objects.for_staff(user).values("pk"))
unscoped(ScheduleOwner, because="who answers for what runs when")
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
    ScheduleOwner,
    because="a schedule is changed on its page, with a reason and its next runs in view",
)
timeline_never_reverts(Alarm, because="it says what happened, and only the scheduler writes it")
