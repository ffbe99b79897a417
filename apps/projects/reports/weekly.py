"""The report of members and projects of a week."""

from collections.abc import Mapping
from typing import Any

from apps.core.wording import plural
from apps.projects.weeks import numbers_of
from apps.reports.measures import total_of
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import Chart, ReportColumn, ReportResult, difference_column
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
    link = f"report:week-records?week={week}&number="
    totals = [total_of(n, now.total(n), before.total(n), link + n) for n in TOTALS]
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


def counted(key: str, label: str, short: str = "", *, is_summed: bool = True) -> ReportColumn:
    records = f"report:week-records?week={{week}}&number={key}&organization={{id}}"
    return ReportColumn(key, label, "number", short, records, is_summed=is_summed)


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
            counted("new_members", "New members", "New"),
            counted("restored_members", "Restored members", "Restored"),
            counted("removed_members", "Removed members", "Removed"),
            counted("changed", "Changed members", "Changed"),
            # Not added up: organizations in which nothing happened have members, and no row.
            counted("members", "Members", is_summed=False),
            difference_column("growth", "Change in members", "Change"),
            counted("new_projects", "Projects created", "Created"),
            counted("archived_projects", "Projects archived", "Archived"),
            counted("projects", "Projects", is_summed=False),
        ],
    )
)
