"""The records behind a number of the weekly report, which links here."""

from collections.abc import Mapping
from typing import Any

from apps.projects.week_numbers import NUMBERS
from apps.projects.week_records import rows_behind
from apps.reports.params import choice_param, key_param
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult
from apps.reports.weeks import WEEK, Week


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    week: Week = params["week"]
    label = NUMBERS[params["number"]]
    rows = rows_behind(week, params["number"], params["organization"], user)
    return ReportResult(
        summary=f"{label}: {len(rows):,}.",
        period=week.in_words,
        rows=rows,
    )


REPORTS.add(
    ReportDefinition(
        name="week-records",
        title="Records of a week",
        description="The records behind a number of the weekly report, also those that are gone since.",
        permission="reports.view_report",
        empty="This number is zero.",
        is_detail=True,
        params=[
            WEEK,
            choice_param("number", "Number", list(NUMBERS.items()), default="new_members"),
            key_param("organization", "Organization", "One organization"),
        ],
        make=make,
        columns=[
            ReportColumn("record", "Record", link="{link}/{id}"),
            ReportColumn(
                "organization", "Organization", link="organizations.organization/{organization_id}"
            ),
            ReportColumn("day", "Day", "date"),
        ],
    )
)
