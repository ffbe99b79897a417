"""The report of schedules: how their runs ended, and how long they took."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Count, F, Max, Q
from django.utils import timezone

from apps.backoffice.measures import BAD_RUNS, SCHEDULES, runs_of, schedules_of
from apps.core.wording import plural
from apps.reports.measures import total_now
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, bars, count_column
from apps.reports.rows import bounded, days_ago, days_param, iso, last_days
from apps.schedules.models import TaskRun


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    recent = Q(runs__in=runs_of(user, params["days"]))
    counted = {state: Count("runs", recent & Q(runs__state=state)) for state in TaskRun.State}
    schedules = (
        schedules_of(user)
        .annotate(**{f"n_{state}": number for state, number in counted.items()})
        .annotate(total=Count("runs", recent), last=Max("runs__due_at", filter=recent))
        .annotate(seconds=Avg(F("runs__ended_at") - F("runs__started_at"), filter=recent))
        .order_by("name")
    )
    found, left_out = bounded(schedules)
    rows = [
        {
            "id": each.pk,
            "since": days_ago(params["days"]).date().isoformat(),
            "until": timezone.localdate().isoformat(),
            "schedule": each.name,
            "enabled": each.enabled,
            "runs": each.total,
            **{str(state): getattr(each, f"n_{state}") for state in SHOWN},
            "seconds": round(each.seconds.total_seconds(), 2) if each.seconds else None,
            "last": iso(each.last),
        }
        for each in found
    ]
    ends = {state.capitalize(): sum(row[state] for row in rows) for state in SHOWN}
    totals = [total_now(BAD_RUNS, user, params["days"]), total_now(SCHEDULES, user)]
    return ReportResult(
        summary=f"{plural(sum(row['runs'] for row in rows), 'run')}, of which {totals[0].value:,} ended badly.",
        period=last_days(params["days"]),
        totals=totals,
        rows=rows,
        chart=None if left_out else bars("Runs that did not succeed", ends),
        left_out=left_out,
    )


SHOWN = ("failed", "lost", "refused", "skipped", "missed")
LIST = "schedules.taskrun?schedule__id__exact={id}&due_at_from={since}&due_at_to={until}"
REPORTS.add(
    ReportDefinition(
        name="schedule-health",
        title="Schedule health",
        description="How the runs of each schedule ended, and how long they took on average.",
        permission="schedules.view_taskrun",
        params=[days_param(7)],
        make=make,
        columns=[
            ReportColumn("schedule", "Schedule", link="django_celery_beat.periodictask/{id}"),
            ReportColumn("enabled", "Enabled", "yes_no"),
            count_column("runs", "Runs", link=LIST),
            *[
                count_column(state, state.capitalize(), "", f"{LIST}&state__exact={state}")
                for state in SHOWN
            ],
            ReportColumn("seconds", "Average seconds", "quantity", "Seconds"),
            ReportColumn("last", "Last due", "moment"),
        ],
    )
)
