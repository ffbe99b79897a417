"""Each report recomputed by hand in SQL, for a reader who sees everything and one who sees one organization."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.flags.services import flag_set
from apps.organizations.models import Organization, StaffOrganization
from apps.reports.registry import all_reports, get_report
from apps.reports.results import ReportResult
from apps.reports.services import report_make
from apps.transfers.models import ImportRun
from tests.factories.accounts import RoleFactory, StaffFactory, SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db
# What links give, which is any text.
TEXTS = ("dataset", "cause", "name", "kind")
TODAY = "(now() AT TIME ZONE 'UTC')::date"


@pytest.fixture
def readers() -> dict[str, Any]:
    """Two organizations, and who sees both or one: each is given with the key of what they see."""
    near, far = OrganizationFactory(name="Near"), OrganizationFactory(name="Far")
    agent = StaffFactory(is_limited=True, first_name="Agent")
    agent.user_permissions.set(Permission.objects.all())
    StaffOrganization.objects.create(user=agent, organization=near)
    boss = SuperuserFactory(first_name="Boss")
    return {
        "near": near,
        "far": far,
        "all": (boss, [near.pk, far.pk]),
        "one": (User.objects.get(pk=agent.pk), [near.pk]),
    }


def run(name: str, user: Any, **params: str) -> ReportResult:
    return report_make(report=name, params=params, actor=user, as_file=False)


def sql(query: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def totals(result: ReportResult) -> dict[str, int]:
    return {total.label: total.value for total in result.totals}


@pytest.mark.parametrize("who", ["all", "one"])
def test_overdue_tasks(readers: dict[str, Any], who: str) -> None:
    ada, today = UserFactory(), timezone.localdate()
    for organization in (readers["near"], readers["far"]):
        for trashed in (None, timezone.now()):
            project = ProjectFactory(organization=organization, deleted_at=trashed)
            for status in ("todo", "in_progress", "done"):
                for days in (-3, -1, 0, 1):
                    for assignee in (ada, None):
                        TaskFactory(
                            project=project,
                            status=status,
                            due_date=today + timedelta(days=days),
                            assignee=assignee,
                        )
    user, seen = readers[who]

    result = run("overdue-tasks", user)

    expected = sql(
        "SELECT p.name, t.assignee_id::text, count(*), min(t.due_date)::text FROM projects_task t"
        " JOIN projects_project p ON p.id = t.project_id JOIN organizations_organization o"
        " ON o.id = p.organization_id WHERE p.deleted_at IS NULL AND o.deleted_at IS NULL"
        f" AND t.status <> 'done' AND t.due_date < {TODAY} AND o.id = ANY(%s) GROUP BY 1, 2",
        seen,
    )
    got = [
        (row["project"], row["assignee_id"] or None, row["tasks"], row["oldest"])
        for row in result.rows
    ]
    assert sorted(got, key=str) == sorted(expected, key=str)
    assert totals(result)["Overdue tasks"] == sum(row[2] for row in expected)
    assert result.sums() == {"tasks": sum(row[2] for row in expected)}


@pytest.mark.parametrize("who", ["all", "one"])
def test_organizations_at_risk(readers: dict[str, Any], who: str) -> None:
    user, seen = readers[who]
    members = [
        MembershipFactory(organization=organization)
        for organization in (readers["near"], readers["far"])
        for _ in range(3)
    ]
    old = timezone.now() - timedelta(days=40)
    type(members[0]).objects.update(created_at=old)
    type(members[0]).objects.get(pk=members[-1].pk).delete()
    for organization in (readers["near"], readers["far"]):
        owner = OwnerFactory(organization=organization, created_at=old).user
        Organization.objects.filter(pk=organization.pk).update(owner=owner)
    ownerless = OrganizationFactory(name="Adrift")
    StaffOrganization.objects.create(user=readers["one"][0], organization=ownerless)
    TaskFactory(project__organization=ownerless)

    now = run("organizations-at-risk", user)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        later = run("organizations-at-risk", user)

    risks = {row["organization"]: row["risks"] for row in now.rows}
    assert risks == {"Adrift": "No owner"} | ({"Far": "Shrinking"} if who == "all" else {})
    assert {row["organization"]: row["risks"] for row in later.rows} == {
        "Adrift": "No owner and no activity",
        "Near": "No activity",
        **({"Far": "No activity"} if who == "all" else {}),
    }
    counted = sql(
        "SELECT o.name, count(m.id) FROM organizations_organization o LEFT JOIN"
        " organizations_membership m ON m.organization_id = o.id WHERE o.id = ANY(%s) GROUP BY 1",
        [*seen, ownerless.pk],
    )
    assert {row["organization"]: row["members"] for row in later.rows} == dict(counted)
    assert [row["change"] for row in now.rows if row["organization"] == "Far"] == [-1] * (
        who == "all"
    )


@pytest.mark.parametrize("who", ["all", "one"])
def test_access_review(readers: dict[str, Any], who: str) -> None:
    user, _ = readers[who]
    staff = StaffFactory(first_name="Ada", is_limited=True)
    for name in ("Support", "Auditor"):
        staff.groups.add(RoleFactory(name=name))
    Authenticator.objects.create(user=staff, type="totp", data={})
    for organization in (readers["near"], readers["far"]):
        StaffOrganization.objects.create(user=staff, organization=organization)
    MembershipFactory(organization=readers["near"], user=staff)
    StaffFactory(first_name="Gone", status="deactivated")
    MembershipFactory(organization=readers["near"])

    result = run("access-review", user)

    expected = sql(
        "SELECT u.id::text FROM accounts_user u WHERE u.status = 'active' AND (u.is_staff OR"
        " u.is_superuser) AND (%s OR u.id = %s OR EXISTS (SELECT 1 FROM organizations_membership m"
        " WHERE m.user_id = u.id AND m.organization_id = %s))",
        who == "all",
        user.pk,
        readers["near"].pk,
    )
    assert {(row["id"],) for row in result.rows} == set(expected)
    (row,) = [row for row in result.rows if row["id"] == str(staff.pk)]
    assert (row["roles"], row["factor"], row["at"]) == ("Auditor, Support", True, None)
    assert row["scope"] == "2 organizations"
    assert row["email"] == staff.email
    assert totals(result)["Without a second factor"] == len(expected) - 1


@pytest.mark.parametrize("who", ["all", "one"])
def test_import_quality(readers: dict[str, Any], who: str) -> None:
    user, _ = readers[who]
    for owner in (readers["all"][0], readers["one"][0]):
        for state, days in (("applied", 0), ("undone", 2), ("applied", 90)):
            made = sample(ImportRun)
            ImportRun.objects.filter(pk=made.pk).update(
                user=owner,
                state=state,
                rows=10,
                created_at=timezone.now() - timedelta(days=days),
                causes=[["refused", "email:missing", 3], ["update", "role", 5]],
            )

    result = run("import-quality", user)

    ((runs, rows, undone, refused),) = sql(
        "SELECT count(*), sum(rows), count(*) FILTER (WHERE state IN ('undone', 'undone_in_part')),"
        " sum((SELECT sum((c->>2)::int) FROM jsonb_array_elements(causes) c WHERE c->>0 = 'refused'))"
        " FROM transfers_importrun WHERE created_at > now() - interval '30 days' AND (%s OR user_id = %s)",
        who == "all",
        user.pk,
    )
    assert totals(result) == {
        "Rows refused": refused,
        "Imports": runs,
        "Rows": rows,
        "Imports undone": undone,
    }
    assert [(row["cause"], row["refused"]) for row in result.rows] == [("E-mail: missing", refused)]


@pytest.mark.parametrize("who", ["all", "one"])
def test_flags(readers: dict[str, Any], who: str) -> None:
    user, _ = readers[who]
    FlagFactory(name="harbor", everyone=None)
    for everyone in (True, False):
        flag_set(name="harbor", everyone=everyone, reason="Try it.", actor=readers["all"][0])

    result = run("flags", user)

    expected = sql(
        "SELECT f.name, (SELECT count(*) FROM flags_historicalflag h WHERE h.id = f.id AND"
        " h.history_type = '~') FROM flags_flag f UNION ALL SELECT s.name, (SELECT count(*) FROM"
        " flags_historicalswitch h WHERE h.id = s.id AND h.history_type = '~') FROM flags_switch s"
    )
    assert sorted((row["name"], row["changes"]) for row in result.rows) == sorted(expected)
    (harbor,) = [row for row in result.rows if row["name"] == "harbor"]
    assert (harbor["state"], harbor["changes"], harbor["why"]) == (
        "Off",
        2,
        "No code asks for it. Delete it, or ask for it.",
    )


@pytest.mark.parametrize("who", ["all", "one"])
def test_schedule_health(readers: dict[str, Any], who: str) -> None:
    user, _ = readers[who]
    for schedule in (ScheduleFactory(), ScheduleFactory()):
        for state in ("succeeded", "failed", "failed", "lost"):
            for days in (1, 40):
                started = timezone.now() - timedelta(days=days)
                TaskRunFactory(
                    schedule=schedule,
                    state=state,
                    due_at=started,
                    started_at=started,
                    ended_at=started + timedelta(seconds=4),
                )

    result = run("schedule-health", user)

    expected = sql(
        "SELECT schedule_name, count(*), count(*) FILTER (WHERE state = 'failed'),"
        " count(*) FILTER (WHERE state = 'lost'), 4.0 FROM schedules_taskrun WHERE schedule_id IS NOT"
        " NULL AND due_at > now() - interval '7 days' AND %s GROUP BY 1",
        who == "all",
    )
    assert sorted(
        (row["schedule"], row["runs"], row["failed"], row["lost"], row["seconds"])
        for row in result.rows
    ) == sorted(expected)


@pytest.mark.parametrize("who", ["all", "one"])
def test_data_quality(readers: dict[str, Any], who: str) -> None:
    user, seen = readers[who]
    for organization in (readers["near"], readers["far"]):
        for first, last in (("Ada", "Lovelace"), ("ADA ", "Love-lace"), ("Grace", "Hopper")):
            for phone, verified in (("", True), ("+49 30 123456", first == "Grace")):
                MembershipFactory(
                    organization=organization,
                    user__first_name=first,
                    user__last_name=last,
                    user__phone=phone,
                    user__is_verified=verified,
                )

    result = run("data-quality", user)

    people = (
        "SELECT DISTINCT u.* FROM accounts_user u JOIN organizations_membership m ON m.user_id = u.id"
        " JOIN organizations_organization o ON o.id = m.organization_id WHERE o.deleted_at IS NULL"
        " AND u.status = 'active' AND o.id = ANY(%s)"
    )
    spelled = "lower(regexp_replace(first_name || last_name, '[ .''-]', '', 'g'))"
    ((unverified, no_phone, same),) = sql(
        f"WITH p AS ({people}), n AS (SELECT *, count(*) OVER (PARTITION BY {spelled}) AS s FROM p)"
        " SELECT count(*) FILTER (WHERE NOT is_verified), count(*) FILTER (WHERE phone = ''),"
        " count(*) FILTER (WHERE s > 1) FROM n",
        seen,
    )
    assert totals(result) == {
        "Same name as somebody else": same,
        "Unverified people": unverified,
        "People without a phone number": no_phone,
    }
    assert len(run("data-quality", user, problem="no_phone").rows) == no_phone
    assert {row["same"] for row in run("data-quality", user, problem="same_name").rows} == (
        {2, 4} if who == "one" else {4, 8}
    )


@pytest.mark.parametrize("name", [report.name for report in all_reports()])
def test_more_records_cost_no_more_statements(name: str, readers: dict[str, Any]) -> None:
    user = readers["one"][0]

    def fill() -> None:
        membership = MembershipFactory(organization=readers["near"])
        StaffFactory().memberships.create(organization=readers["near"])
        TaskFactory(
            project__organization=readers["near"],
            assignee=membership.user,
            due_date=timezone.localdate() - timedelta(days=2),
        )
        FlagFactory()
        TaskRunFactory()

    fill()
    run(name, user)
    with CaptureQueriesContext(connection) as few:
        run(name, user)
    for _ in range(10):
        fill()
    with CaptureQueriesContext(connection) as many:
        run(name, user)
    assert len(many) <= len(few), [query["sql"] for query in many]


@pytest.mark.parametrize("name", [report.name for report in all_reports()])
def test_an_unknown_or_wrong_parameter_is_refused(name: str) -> None:
    definition = get_report(name)
    with pytest.raises(DomainError, match="has no parameter “color”"):
        definition.parse({"color": "red"})
    for param in definition.params:
        if param.name in TEXTS:
            continue
        for wrong in ("soon", "-1", "9" * 30):
            with pytest.raises(DomainError):
                definition.parse({param.name: wrong})


def test_a_definition_has_at_most_60_lines_besides_its_imports() -> None:
    paths = list(Path(settings.BASE_DIR, "apps").glob("*/reports/*.py"))
    definitions = [path for path in paths if "REPORTS.add(" in path.read_text("utf-8")]
    assert len(definitions) >= 8
    for path in definitions:
        text = path.read_text("utf-8")
        nodes = [
            node
            for node in ast.parse(text).body[1:]
            if not isinstance(node, ast.Import | ast.ImportFrom)
        ]
        lines = [line for line in text.splitlines()[nodes[0].lineno - 1 :] if line.strip()]
        too_long = f"{path} has {len(lines)} lines: move what it reads to selectors or measures"
        assert len(lines) <= 60, too_long
