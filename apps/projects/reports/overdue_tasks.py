"""The report of overdue tasks, by project and assignee."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Min
from django.utils import timezone

from apps.core.wording import plural
from apps.projects import measures
from apps.projects.models import Task
from apps.projects.overdue import overdue_by_age
from apps.reports.measures import total_now
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, bars, count_column
from apps.reports.rows import bounded, people_named


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    groups = (
        Task.objects.for_actor(user)
        .overdue()
        .values("project_id", "assignee_id", name=F("project__name"))
        .annotate(owner=F("project__organization__name"), tasks=Count("pk"), oldest=Min("due_date"))
        .order_by("-tasks", "oldest", "project_id", "assignee_id")
    )
    found, left_out = bounded(groups)
    people = people_named(group["assignee_id"] for group in found)
    today = timezone.localdate()
    totals = [total_now(name, user) for name in (measures.OVERDUE, measures.UNASSIGNED)]
    return ReportResult(
        summary=f"{plural(totals[0].value, 'overdue task')}, {totals[1].value:,} of them unassigned.",
        totals=totals,
        left_out=left_out,
        chart=bars("Overdue tasks by days overdue", overdue_by_age(user)),
        rows=[
            {
                "organization": group["owner"],
                "project": group["name"],
                "assignee": people.get(group["assignee_id"], "Nobody"),
                "tasks": group["tasks"],
                "oldest": group["oldest"].isoformat(),
                "days": (today - group["oldest"]).days,
                "project_id": str(group["project_id"]),
                "assignee_id": str(group["assignee_id"] or ""),
                "measure": measures.OVERDUE if group["assignee_id"] else measures.UNASSIGNED,
            }
            for group in found
        ],
    )


LIST = "projects.task?measure={measure}&project__id__exact={project_id}&assignee__id__exact={assignee_id}"
REPORTS.add(
    ReportDefinition(
        name="overdue-tasks",
        title="Overdue tasks",
        description="Tasks that are not done after their due date, by project and assignee.",
        permission="reports.view_report",
        empty="No task is overdue.",
        make=make,
        columns=[
            ReportColumn("organization", "Organization"),
            ReportColumn("project", "Project", link="projects.project/{project_id}"),
            ReportColumn("assignee", "Assignee", link="accounts.user/{assignee_id}"),
            count_column("tasks", "Overdue tasks", link=LIST),
            ReportColumn("oldest", "Oldest due date", "date"),
            ReportColumn("days", "Days overdue", "quantity"),
        ],
    )
)
