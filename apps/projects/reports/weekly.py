"""The report of members and projects of a week."""

from collections.abc import Mapping
from typing import Any

from apps.core.wording import plural
from apps.projects.weeks import numbers_of
from apps.reports.measures import total_of
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import Chart, ReportColumn, ReportResult, count_column
from apps.reports.weeks import WEEK, Week

TOTALS = (
    "members",
    "new_members",
    "removed_members",
    "projects",
    "new_projects",
    "archived_projects",
)
CHART = {"New members": "new_members", "Removed members": "removed_members"}


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    week: Week = params["week"]
    now, before = numbers_of(week, user), numbers_of(week.before, user)
    totals = [total_of(name, now.total(name), before.total(name)) for name in TOTALS]
    members, new, removed, *_ = totals
    return ReportResult(
        summary=f"{plural(members.value, 'member')}, {new.value:,} new and {removed.value:,} removed; "
        f"{plural(totals[3].value, 'project')}, {totals[4].value:,} created.",
        period=week.in_words,
        compared_with="the week before",
        totals=totals,
        rows=now.rows(week),
        chart=Chart(
            "Day by day",
            [f"{day:%a} {day.day}" for day in week.days],
            [(label, now.by_day(name)) for label, name in CHART.items()],
        ),
    )


ALL = "organization__id__exact={id}"
CREATED = ALL + "&created_at_from={first}&created_at_to={last}"
REPORTS.add(
    ReportDefinition(
        name="weekly",
        title="Members and projects of a week",
        description="Members and projects of each organization in which something happened.",
        permission="reports.view_report",
        empty="Nothing happened this week.",
        params=[WEEK],
        make=make,
        columns=[
            ReportColumn("organization", "Organization", link="organizations.organization/{id}"),
            count_column(
                "new_members", "New members", "New", f"organizations.membership?{CREATED}"
            ),
            count_column("restored_members", "Restored members", "Restored"),
            count_column("removed_members", "Removed members", "Removed"),
            count_column("changed", "Changed members", "Changed"),
            count_column("members", "Members", "", f"organizations.membership?{ALL}"),
            count_column("growth", "Change in members", "Change"),
            count_column(
                "new_projects", "Projects created", "Created", f"projects.project?{CREATED}"
            ),
            count_column("archived_projects", "Projects archived", "Archived"),
            count_column("projects", "Projects", "", f"projects.project?{ALL}"),
        ],
    )
)
