"""The numbers of a week: recomputed in SQL, the same on every page, and stored once the week is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.trash.services import record_trash
from apps.organizations.models import Membership, Organization, StaffOrganization
from apps.organizations.services import organization_restore
from apps.projects.tasks import close_week
from apps.reports.models import ClosedNumbers, ClosedPeriod
from apps.reports.services import report_make
from apps.reports.weeks import Week, this_week
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.reports.conftest import reader


def numbers(user: Any, week: str = "this") -> dict[str, int]:
    result = report_make(report="weekly", params={"week": week}, actor=user)
    found = {total.label: total.value for total in result.totals}
    sums = result.sums() or {}
    return found | {
        name: int(sums.get(name, 0)) for name in ("growth", "restored_members", "removed_members")
    }


def later(week: Week, days: float = 1) -> Any:
    return time_machine.travel(week.end + timedelta(days=days), tick=False)


@pytest.mark.django_db
class TestOpenWeek:
    def test_what_came_and_went_within_the_week_leaves_no_trace(self) -> None:
        organization = OrganizationFactory()
        MembershipFactory(organization=organization)
        before = numbers(None)
        for membership in MembershipFactory.create_batch(5, organization=organization):
            membership.delete()
        ProjectFactory(organization=organization).hard_delete()
        assert numbers(None) == before

    def test_trash_and_restore_are_netted_and_a_lost_customer_shows(self) -> None:
        boss = SuperuserFactory()
        organization = OrganizationFactory()
        MembershipFactory.create_batch(3, organization=organization)
        MembershipFactory()
        Membership.objects.update(created_at=this_week().before.start)
        before = numbers(None)
        assert (before["Members"], before["New members"]) == (4, 0)

        record_trash(record=organization, actor=boss, reason="Left")
        gone = numbers(None)
        assert (gone["Members"], gone["Removed members"], gone["growth"]) == (1, 3, -3)

        organization_restore(organization=organization, actor=boss)
        assert numbers(None) == before

    def test_each_scope_counts_what_sql_counts(self) -> None:
        seen, hidden = OrganizationFactory(), OrganizationFactory()
        agent = reader(is_limited=True)
        StaffOrganization.objects.create(user=agent, organization=seen)
        for organization in (seen, hidden):
            for days in (0, 1, 30):
                membership = MembershipFactory(organization=organization)
                moment = this_week().start - timedelta(days=days)
                Membership.objects.filter(pk=membership.pk).update(created_at=moment)
                project = ProjectFactory(organization=organization, created_at=moment)
            project.deleted_at = timezone.now()
            project.save()

        for user, keys in ((None, [seen.pk, hidden.pk]), (agent, [seen.pk])):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT count(*) FROM organizations_membership WHERE organization_id ="
                    " ANY(%(k)s)), (SELECT count(*) FROM organizations_membership WHERE organization_id"
                    " = ANY(%(k)s) AND created_at >= %(s)s), (SELECT count(*) FROM projects_project"
                    " WHERE organization_id = ANY(%(k)s) AND deleted_at IS NULL), (SELECT count(*) FROM"
                    " projects_project WHERE organization_id = ANY(%(k)s) AND deleted_at IS NULL AND"
                    " created_at >= %(s)s)",
                    {"k": keys, "s": this_week().start},
                )
                expected = cursor.fetchone()
            found = numbers(user)
            names = ("Members", "New members", "Projects", "Projects created")
            assert tuple(found[name] for name in names) == expected


@pytest.mark.django_db
class TestClosedWeek:
    def test_it_does_not_change_whatever_becomes_of_its_records(self) -> None:
        boss = SuperuserFactory()
        organizations = [OrganizationFactory() for _ in range(3)]
        for organization in organizations:
            MembershipFactory(organization=organization)
        week = this_week()
        with later(week):
            assert close_week() == "Last week is closed."
            closed = numbers(None, str(week))
            assert (closed["Members"], closed["New members"]) == (3, 3)
            record_trash(record=organizations[0], actor=boss, reason="Left")
            organizations[1].hard_delete()
            Organization.objects.filter(pk=organizations[2].pk).update(name="Renamed")
            MembershipFactory(organization=organizations[2])
            Membership.objects.update(created_at=week.start)
            assert numbers(None, str(week)) == closed
            rows = report_make(report="weekly", params={"week": str(week)}, actor=None).rows
            assert "Renamed" not in {row["organization"] for row in rows}
        with later(week, 8):
            assert numbers(None, str(week)) == closed
        assert ClosedPeriod.objects.filter(period=str(week)).count() == 1

    def test_a_limited_reader_gets_their_part_of_it(self) -> None:
        seen = OrganizationFactory()
        MembershipFactory.create_batch(2, organization=seen)
        MembershipFactory()
        agent = reader(is_limited=True)
        StaffOrganization.objects.create(user=agent, organization=seen)
        week = this_week()
        with later(week):
            assert numbers(agent, str(week))["Members"] == 2
            assert numbers(None, str(week))["Members"] == 3

    def test_a_running_week_is_not_stored(self) -> None:
        MembershipFactory()
        numbers(None)
        assert not ClosedPeriod.objects.filter(period=str(this_week())).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_store_one() -> None:
    MembershipFactory.create_batch(3)
    week = this_week()

    def ask(_: int) -> int:
        try:
            return numbers(None, str(week.before))["Members"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1
    for period in (week.before, week.before.before):
        assert ClosedPeriod.objects.filter(period=str(period)).count() == 1
    owners = ClosedNumbers.objects.values_list("closed", "owner")
    assert len(owners) == len(set(owners))


@pytest.mark.django_db
def test_start_page_lists_report_and_download_show_the_same_numbers(client: Client) -> None:
    """For two scopes, with something in the trash, and after it is restored."""
    boss = SuperuserFactory()
    seen = OrganizationFactory()
    for organization in (seen, OrganizationFactory(), OrganizationFactory()):
        MembershipFactory.create_batch(2, organization=organization)
        ProjectFactory(organization=organization, status="active")
    agent = SuperuserFactory(is_superuser=False, is_limited=True)
    agent.user_permissions.set(Permission.objects.all())
    StaffOrganization.objects.create(user=agent, organization=seen)

    def compare() -> None:
        for user in (boss, agent):
            client.force_login(user)
            cards = {
                card["label"]: card
                for card in client.get(reverse("admin:index")).context["numbers"]
            }
            page = client.get(reverse("admin:reports_reportrun_report", args=["weekly"]))
            told = {total.label: total.value for total in page.context["result"].totals}
            members = client.get(reverse("admin:organizations_membership_changelist"))
            projects = client.get(reverse("admin:projects_project_changelist"))
            assert told["Members"] == cards["Members"]["count"]
            assert told["Members"] == members.context["cl"].result_count
            assert told["New members"] == cards["Members"]["this_week"]["count"]
            assert told["Projects"] == projects.context["cl"].result_count
            file = client.post(
                reverse("admin:reports_reportrun_download", args=["weekly", "csv"])
            ).content.decode("utf-8-sig")
            lines = [line.split(",") for line in file.splitlines()]
            column = lines[0].index("New members")
            assert sum(int(line[column]) for line in lines[1:]) == told["New members"]

    compare()
    other = Organization.objects.exclude(pk=seen.pk)[0]
    record_trash(record=other, actor=boss, reason="Left")
    compare()
    record_trash(record=seen, actor=boss, reason="Left")
    compare()
    organization_restore(organization=Organization.all_objects.get(pk=seen.pk), actor=boss)
    compare()
