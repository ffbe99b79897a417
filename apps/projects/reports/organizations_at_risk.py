"""The report of organizations at risk."""

from collections.abc import Mapping
from typing import Any

from apps.core.wording import listed, plural
from apps.projects.at_risk import organizations_at_risk
from apps.projects.measures import AT_RISK
from apps.reports.measures import total_now
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult, bars, count_column, difference_column
from apps.reports.rows import bounded, days_ago, days_param, last_days

RISKS = {"no_owner": "no owner", "is_quiet": "no activity", "is_shrinking": "shrinking"}


def make(params: Mapping[str, Any], user: Any) -> ReportResult:
    found, left_out = bounded(organizations_at_risk(days_ago(params["days"]), user))
    at_risk = len(found) + left_out
    causes = {
        word.capitalize(): sum(getattr(o, name) for o in found) for name, word in RISKS.items()
    }
    return ReportResult(
        summary=f"{plural(at_risk, 'organization')} at risk in the last {plural(params['days'], 'day')}.",
        period=last_days(params["days"]),
        totals=[
            total_now(AT_RISK, user, params["days"]),
            total_now("organizations_without_owner", user),
        ],
        left_out=left_out,
        # A cause of which rows are left out is not counted in part.
        chart=None if left_out else bars("Organizations at risk by cause", causes),
        rows=[
            {
                "id": str(organization.pk),
                "organization": organization.name,
                "owner": str(organization.owner or ""),
                "owner_id": str(organization.owner_id or ""),
                "members": organization.members,
                "change": organization.members - organization.before,
                "risks": listed(
                    word for name, word in RISKS.items() if getattr(organization, name)
                ).capitalize(),
            }
            for organization in found
        ],
    )


MEMBERS = "organizations.membership?organization__id__exact={id}"
REPORTS.add(
    ReportDefinition(
        name="organizations-at-risk",
        title="Organizations at risk",
        description="Organizations without an owner, without any change, or with fewer members.",
        permission="reports.view_report",
        empty="No organization is at risk.",
        params=[days_param(30)],
        make=make,
        columns=[
            ReportColumn("organization", "Organization", link="organizations.organization/{id}"),
            ReportColumn("risks", "Why"),
            ReportColumn("owner", "Owner", link="accounts.user/{owner_id}"),
            count_column("members", "Members", "", MEMBERS),
            difference_column("change", "Change in members", "Change"),
        ],
    )
)
