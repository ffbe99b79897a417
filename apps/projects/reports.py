"""The report "Members and projects this week"."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from apps.core.actors import PermissionHolder
from apps.organizations.membership_counts import (
    MembershipChanges,
    MembershipCounts,
    memberships_between,
    organizations_in_scope,
)
from apps.organizations.models import Organization
from apps.projects.models import Project
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import Chart, ReportColumn, ReportResult, Total
from apps.reports.weeks import WEEK, Week


@dataclass
class Projects:
    """Projects by organization: those of a span of time, and how many there were at its end."""

    created: Counter[UUID] = field(default_factory=Counter)
    archived: Counter[UUID] = field(default_factory=Counter)
    total: Counter[UUID] = field(default_factory=Counter)
    created_by_day: Counter[date] = field(default_factory=Counter)


def projects_between(start: datetime, end: datetime, user: PermissionHolder) -> Projects:
    """Count from `start` to before `end`, in four statements; projects in the trash are left out."""
    scope = organizations_in_scope(user).values("pk")
    living = Project.objects.filter(organization__in=scope).order_by()
    found = Projects()
    for key, created, total in living.values_list("organization_id").annotate(
        made=Count("pk", filter=Q(created_at__gte=start, created_at__lt=end)),
        n=Count("pk", filter=Q(created_at__lt=end)),
    ):
        found.created[key], found.total[key] = created, total
    # A project is archived by the row of its history that first says so; one that came archived was
    # when it was created, which may be before its history here.
    before = Project.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    archived = (
        Project.history.filter(
            id__in=living.values("pk"),
            status=Project.Status.ARCHIVED,
        )
        .filter(
            Q(history_type="~", history_date__gte=start, history_date__lt=end)
            | Q(history_type="+", created_at__gte=start, created_at__lt=end)
        )
        .annotate(
            was=Coalesce(Subquery(before.order_by("-history_id").values("status")[:1]), Value(""))
        )
        .exclude(was=Project.Status.ARCHIVED)
    )
    for key, number in (
        archived.order_by().values_list("organization_id").annotate(n=Count("id", distinct=True))
    ):
        found.archived[key] = number
    days = living.filter(created_at__gte=start, created_at__lt=end)
    for day, number in (
        days.annotate(day=TruncDate("created_at")).values_list("day").annotate(n=Count("pk"))
    ):
        found.created_by_day[day] = number
    return found


def make(params: Mapping[str, Any], user: PermissionHolder) -> ReportResult:
    week: Week = params["week"]
    memberships = memberships_between(week.start, week.end, user)
    memberships_before = memberships_between(week.before.start, week.before.end, user)
    projects = projects_between(week.start, week.end, user)
    projects_before = projects_between(week.before.start, week.before.end, user)
    active = {
        key
        for key, counts in memberships.by_organization.items()
        if counts.new or counts.changed or counts.removed
    }
    active |= {key for key, number in (projects.created + projects.archived).items() if number}
    names = dict(Organization.objects.filter(pk__in=active).values_list("pk", "name"))
    members, new = memberships.total("total"), memberships.total("new")
    return ReportResult(
        summary=(
            f"{members:,} members, {new:,} new and {memberships.total('removed'):,} removed; "
            f"{projects.total.total():,} projects, {projects.created.total():,} created."
        ),
        period=week.in_words,
        compared_with="the week before",
        rows=[
            _row(key, name, memberships, projects)
            for key, name in sorted(names.items(), key=lambda item: item[1].casefold())
        ],
        totals=[
            _total("Members", memberships.total("total"), memberships_before.total("total")),
            _total("New members", memberships.total("new"), memberships_before.total("new")),
            _total(
                "Removed members", memberships.total("removed"), memberships_before.total("removed")
            ),
            _total("Projects", projects.total.total(), projects_before.total.total()),
            _total("Projects created", projects.created.total(), projects_before.created.total()),
            _total(
                "Projects archived", projects.archived.total(), projects_before.archived.total()
            ),
        ],
        chart=Chart(
            title="Day by day",
            labels=[f"{day:%a} {day.day}" for day in week.days],
            series=[
                ("New members", [memberships.new_by_day[day] for day in week.days]),
                ("Removed members", [memberships.removed_by_day[day] for day in week.days]),
                ("Projects created", [projects.created_by_day[day] for day in week.days]),
            ],
        ),
    )


def _row(
    key: UUID, name: str, memberships: MembershipChanges, projects: Projects
) -> dict[str, Any]:
    counts = memberships.by_organization.get(key, MembershipCounts())
    return {
        "organization": name,
        "new": counts.new,
        "changed": counts.changed,
        "removed": counts.removed,
        "members": counts.total,
        "growth": counts.growth,
        "created": projects.created[key],
        "archived": projects.archived[key],
        "projects": projects.total[key],
    }


def _total(label: str, value: int, before: int) -> Total:
    return Total(label, value, before)


COLUMNS = [
    ReportColumn("organization", "Organization"),
    ReportColumn("new", "New members", kind="number", is_summed=True),
    ReportColumn("changed", "Changed members", kind="number", is_summed=True, short="Changed"),
    ReportColumn("removed", "Removed members", kind="number", is_summed=True, short="Removed"),
    ReportColumn("members", "Members", kind="number", is_summed=True),
    ReportColumn("growth", "Change in members", kind="number", is_summed=True, short="Change"),
    ReportColumn(
        "created", "Projects created", kind="number", is_summed=True, short="New projects"
    ),
    ReportColumn("archived", "Projects archived", kind="number", is_summed=True, short="Archived"),
    ReportColumn("projects", "Projects", kind="number", is_summed=True),
]

REPORTS.add(
    ReportDefinition(
        name="weekly",
        title="Members and projects this week",
        description=(
            "Members added, changed, and removed, and projects created and archived, for each "
            "organization with activity. Records in the trash are left out."
        ),
        permission="reports.view_report",
        columns=COLUMNS,
        empty="Nothing happened this week.",
        make=make,
        params=(WEEK,),
    )
)
