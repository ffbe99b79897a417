"""The records behind a number of the weekly report, which links here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.core.errors import DomainError
from apps.projects.week_numbers import NUMBERS
from apps.projects.week_records import rows_behind
from apps.reports.params import Param, choice_param
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, Total
from apps.reports.weeks import WEEK, Week


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    week: Week = params["week"]
    label = NUMBERS[params["number"]]
    rows = rows_behind(week, params["number"], params["organization"], user)
    return ReportResult(
        summary=f"{label}: {len(rows):,}.",
        period=week.in_words,
        totals=[Total(label, len(rows))],
        rows=rows,
    )


def parse_key(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        raise DomainError(f"“{text}” is not the key of an organization.") from None


REPORTS.add(
    ReportDefinition(
        name="week-records",
        title="Records of a week",
        description="What a number of the weekly report counts, with what is gone since.",
        permission="reports.view_report",
        empty="This number is zero.",
        is_detail=True,
        params=[
            WEEK,
            choice_param("number", "Number", list(NUMBERS.items()), default="new_members"),
            Param(
                "organization",
                "Organization",
                parse_key,
                default=lambda: "",
                choices=lambda: [("", "All")],
                words=lambda key: "One organization" if key else "All",
            ),
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
