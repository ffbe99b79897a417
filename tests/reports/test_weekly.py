"""The numbers of "Members and projects of a week"."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.organizations.models import Role
from apps.projects.models import Project
from apps.reports.services import report_make
from apps.reports.weeks import this_week
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


def _report(week: str = "this") -> Any:
    return report_make(report="weekly", params={"week": week}, actor=None)


def _row(result: Any, organization: Any) -> dict[str, Any]:
    return next(row for row in result.rows if row["organization"] == organization.name)


def _total(result: Any, label: str) -> Any:
    return next(total for total in result.totals if total.label == label)


def test_new_changed_and_removed_memberships_are_counted_by_organization() -> None:
    organization = OrganizationFactory()
    memberships = [MembershipFactory(organization=organization) for _ in range(4)]
    memberships[0].role = Role.ADMIN
    memberships[0].save()
    memberships[0].role = Role.VIEWER
    memberships[0].save()
    memberships[1].delete()

    row = _row(_report(), organization)

    assert (row["new_members"], row["changed"], row["removed_members"]) == (3, 1, 0)
    assert (row["members"], row["growth"]) == (3, 3)


def test_a_membership_counts_as_new_in_the_week_in_which_it_began() -> None:
    """A customer's records may be older than the history that is kept of them here."""
    membership = MembershipFactory()
    began = this_week().before.start + timedelta(hours=3)
    type(membership).objects.filter(pk=membership.pk).update(created_at=began)

    new = [_total(_report(week), "New members").value for week in ("last", "this")]
    members = [_total(_report(week), "Members").value for week in ("last", "this")]
    assert (new, members) == ([1, 0], [1, 1])
    series = dict(_report("last").chart.series)
    assert series["New members"] == [1, 0, 0, 0, 0, 0, 0]


def test_a_project_that_came_archived_counts_in_the_week_of_its_creation() -> None:
    ProjectFactory(
        status=Project.Status.ARCHIVED, created_at=this_week().before.start + timedelta(hours=3)
    )

    archived = [_total(_report(week), "Projects archived").value for week in ("last", "this")]
    assert archived == [1, 0]


def test_created_and_archived_projects_are_counted() -> None:
    organization = OrganizationFactory()
    ProjectFactory(organization=organization)
    project = ProjectFactory(organization=organization)
    project.status = Project.Status.ARCHIVED
    project.save()
    project.description = "Archived once, edited later"
    project.save()

    row = _row(_report(), organization)

    assert (row["new_projects"], row["archived_projects"], row["projects"]) == (2, 1, 2)


def test_an_organization_in_which_nothing_happened_has_no_row() -> None:
    MembershipFactory()
    next_week = _report(str(this_week().after))
    assert next_week.rows == []
    assert _total(next_week, "Members").value == 1


def test_a_week_shows_the_numbers_of_its_own_end() -> None:
    organization = OrganizationFactory()
    memberships = MembershipFactory.create_batch(3, organization=organization)
    memberships[0].delete()
    ProjectFactory(organization=organization)

    before, this, after = _report("last"), _report("this"), _report(str(this_week().after))

    for label, numbers in {
        "Members": [0, 2, 2],
        "New members": [0, 2, 0],
        "Removed members": [0, 0, 0],
        "Projects": [0, 1, 1],
        "Projects created": [0, 1, 0],
    }.items():
        assert [_total(result, label).value for result in (before, this, after)] == numbers
    assert [_total(result, "Members").change for result in (before, this, after)] == [0, 2, 0]
    assert _total(after, "New members").change == -2


def test_the_chart_has_a_bar_for_each_day_of_the_week() -> None:
    MembershipFactory.create_batch(2)
    chart = _report().chart
    assert len(chart.labels) == 7
    series = dict(chart.series)
    assert sum(series["New members"]) == 2


def test_the_trash_is_left_out() -> None:
    organization = OrganizationFactory()
    MembershipFactory(organization=organization)
    type(organization).all_objects.filter(pk=organization.pk).update(deleted_at=timezone.now())
    assert _report().rows == []


def test_ten_times_the_organizations_cost_no_more_statements(
    django_assert_num_queries: Any,
) -> None:
    MembershipFactory.create_batch(3)
    _report()  # The first who asks stores the week that is over.
    with CaptureQueriesContext(connection) as few:
        _report()
    MembershipFactory.create_batch(30)
    with django_assert_num_queries(len(few)):
        _report()


def test_a_week_is_named_by_its_days() -> None:
    result = _report("2026-W01")
    assert result.period == "December 29, 2025 to January 4, 2026"
    assert _report("2026-01-02").period == result.period
    assert _report(str(this_week())).period == _report("this").period
