"""Each report against the rows that it was given, added up here, at the edges: midnight in the site's time zone,
the trash, an undone import, people in two organizations, names that differ by spelling, an empty period.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.access_review import access_confirm
from apps.flags.models import Flag
from apps.flags.services import flag_set
from apps.organizations.models import Membership, Organization, StaffOrganization
from apps.reports.results import ReportResult
from apps.reports.services import report_make
from apps.reports.weeks import week_of
from apps.transfers.models import ImportRun
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
INSTANT = timedelta(microseconds=1)
# Half past midnight in Berlin and the day before in UTC; the clocks changed three days ago.
NOW = datetime(2027, 3, 30, 22, 30, tzinfo=UTC)
TODAY = date(2027, 3, 31)
BOTH = pytest.mark.parametrize("who", ["everything", "near"])


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, BERLIN)


def days_before(number: int) -> datetime:
    return midnight(TODAY - timedelta(days=number))


@pytest.fixture(autouse=True)
def berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


class World:
    """Two organizations and one in the trash, and readers who see everything, or the first and the last."""

    def __init__(self) -> None:
        self.near, self.far = OrganizationFactory(name="Near"), OrganizationFactory(name="Far")
        self.gone = OrganizationFactory(name="Gone")
        agent = StaffFactory(is_limited=True, first_name="Agent")
        agent.user_permissions.set(Permission.objects.all())
        for organization in (self.near, self.gone):
            StaffOrganization.objects.create(user=agent, organization=organization)
        self.boss = SuperuserFactory(first_name="Boss")
        self.agent = User.objects.get(pk=agent.pk)
        self.all = [self.near, self.far, self.gone]

    def reader(self, who: str) -> Any:
        return self.boss if who == "everything" else self.agent

    def shown(self, who: str) -> list[Any]:
        """The organizations that a report shows to the reader."""
        return [self.near, self.far] if who == "everything" else [self.near]

    def move_to_trash(self) -> None:
        Organization.objects.filter(pk=self.gone.pk).update(deleted_at=timezone.now())


@pytest.fixture
def world() -> World:
    return World()


def run(name: str, user: Any, **params: str) -> ReportResult:
    return report_make(report=name, params=params, actor=user, as_file=False)


def totals(result: ReportResult) -> dict[str, int]:
    return {total.label: total.value for total in result.totals}


@BOTH
def test_overdue_tasks(world: World, who: str) -> None:
    ada = UserFactory()
    invented = []
    for organization in world.all:
        for is_in_trash in (False, True):
            project = ProjectFactory(
                organization=organization, deleted_at=NOW if is_in_trash else None
            )
            for status in ("todo", "in_progress", "done"):
                # Yesterday in Berlin is today in UTC.
                for days, assignee in ((-1, ada), (-1, None), (-8, ada), (0, ada), (1, None)):
                    due = TODAY + timedelta(days=days)
                    TaskFactory(project=project, status=status, due_date=due, assignee=assignee)
                    if not is_in_trash and status != "done" and days < 0:
                        invented.append((organization, project.name, assignee, due))
    world.move_to_trash()

    with time_machine.travel(NOW, tick=False):
        result = run("overdue-tasks", world.reader(who))

    seen = [row for row in invented if row[0] in world.shown(who)]
    groups = Counter((project, assignee and str(assignee.pk)) for _, project, assignee, _ in seen)
    assert {
        (row["project"], row["assignee_id"] or None): row["tasks"] for row in result.rows
    } == groups
    oldest = {(row["project"], row["assignee_id"] or None): row["days"] for row in result.rows}
    assert set(oldest.values()) == {1, 8}
    assert totals(result) == {
        "Overdue tasks": len(seen),
        "Overdue tasks without an assignee": sum(assignee is None for _, _, assignee, _ in seen),
    }
    assert result.chart is not None
    ((_, bars),) = result.chart.series
    assert list(bars) == [
        sum((TODAY - due).days <= 7 for *_, due in seen),
        sum((TODAY - due).days > 7 for *_, due in seen),
        0,
        0,
    ]


@BOTH
def test_import_quality(world: World, who: str) -> None:
    invented = []
    newcomer = StaffFactory(is_limited=True)
    newcomer.user_permissions.set(Permission.objects.all())
    for owner in (world.boss, world.agent):
        for state, at, refused in (
            ("applied", NOW, 7),
            ("undone", days_before(30), 3),
            ("applied", days_before(30) - INSTANT, 50),
            ("undone_in_part", NOW - timedelta(days=3), 0),
        ):
            made = sample(ImportRun)
            # A run keeps the most frequent causes alone, and counts all of its refused rows.
            causes = [["refused", "email:missing", min(refused, 3)], ["update", "role", 5]]
            late = 2 if refused == 7 else 0
            ImportRun.objects.filter(pk=made.pk).update(
                user=owner,
                state=state,
                rows=60,
                created_at=at,
                counts={"refused": refused, "create": 60 - refused},
                results={"refused": late},
                causes=causes if refused else [],
            )
            invented.append((owner, state, at, refused, late))

    with time_machine.travel(NOW, tick=False):
        result = run("import-quality", world.reader(who))
        empty = run("import-quality", User.objects.get(pk=newcomer.pk))

    seen = [
        row
        for row in invented
        if row[2] >= days_before(30) and (who == "everything" or row[0] == world.agent)
    ]
    assert totals(result) == {
        "Rows refused": sum(refused + late for *_, refused, late in seen),
        "Imports": len(seen),
        "Rows": 60 * len(seen),
        "Imports undone": sum(state.startswith("undone") for _, state, *_ in seen),
    }
    assert {row["cause"]: row["refused"] for row in result.rows} == {
        "E-mail: missing": sum(min(refused, 3) for *_, refused, _ in seen),
        "Other causes": sum(max(refused - 3, 0) for *_, refused, _ in seen),
        "While it was applied": sum(late for *_, late in seen),
    }
    assert (empty.rows, set(totals(empty).values())) == ([], {0})


@BOTH
def test_access_review(world: World, who: str) -> None:
    confirmed, waiting = StaffFactory(first_name="Ada"), StaffFactory(first_name="Bo")
    for person in (confirmed, waiting):
        for organization in world.all:
            MembershipFactory(organization=organization, user=person)
    Authenticator.objects.create(user=confirmed, type="totp", data={})
    # Recovery codes alone are no second factor.
    Authenticator.objects.create(user=waiting, type="recovery_codes", data={})
    StaffFactory(first_name="Cy", status="deactivated").memberships.create(organization=world.near)
    elsewhere = StaffFactory(first_name="Di", is_limited=True)
    StaffOrganization.objects.create(user=elsewhere, organization=world.far)
    MembershipFactory(organization=world.far, user=elsewhere)
    MembershipFactory(organization=world.near)
    access_confirm(user_id=str(confirmed.pk), actor=world.boss)
    world.move_to_trash()
    today = timezone.localdate()

    last_day = midnight(today + timedelta(days=31)) - INSTANT
    with time_machine.travel(last_day, tick=False):
        now = run("access-review", world.reader(who), days="30")
    with time_machine.travel(last_day + INSTANT, tick=False):
        later = run("access-review", world.reader(who), days="30")
        shown = {
            show: run("access-review", world.reader(who), days="30", show=show)
            for show in ("to_confirm", "no_factor")
        }

    staff = {world.agent, confirmed, waiting} | (
        {world.boss, elsewhere} if who == "everything" else set()
    )
    assert {row["id"] for row in now.rows} == {str(person.pk) for person in staff}
    assert totals(now) == {
        "To confirm": len(staff) - 1,
        "Staff": len(staff),
        "Without a second factor": len(staff) - 1,
    }
    assert totals(later)["To confirm"] == len(staff)
    assert {name: len(result.rows) for name, result in shown.items()} == {
        "to_confirm": len(staff),
        "no_factor": len(staff) - 1,
    }
    scopes = {row["person"]: row["scope"] for row in now.rows}
    # The organization in the trash is not among those that the agent sees.
    assert scopes[str(world.agent)] == "1 organization"
    assert scopes[str(confirmed)] == "Everything"


@BOTH
def test_schedule_health(world: World, who: str) -> None:
    busy, deleted = ScheduleFactory(name="Busy"), ScheduleFactory(name="Deleted")
    ScheduleFactory(name="Idle", enabled=False)
    invented = []
    for schedule in (busy, deleted):
        for state in ("succeeded", "failed", "lost", "refused", "skipped", "missed"):
            for due in (days_before(7), days_before(7) - INSTANT, NOW):
                ran = state in ("succeeded", "failed")
                seconds = 4 if state == "failed" else 8
                TaskRunFactory(
                    schedule=schedule,
                    state=state,
                    reason="Paused" if state in ("skipped", "missed") else "",
                    due_at=due,
                    started_at=due if ran else None,
                    ended_at=due + timedelta(seconds=seconds) if ran else None,
                )
                invented.append((schedule, state, due))
    deleted.delete()

    with time_machine.travel(NOW, tick=False):
        result = run("schedule-health", world.reader(who))

    if who == "near":
        assert (result.rows, set(totals(result).values())) == ([], {0})
        return
    rows = {row["schedule"]: row for row in result.rows}
    assert set(rows) == {"Busy", "Idle"}
    states = Counter(
        state for schedule, state, due in invented if schedule == busy and due >= days_before(7)
    )
    assert rows["Busy"]["runs"] == sum(states.values())
    for state in ("failed", "lost", "refused", "skipped", "missed"):
        assert rows["Busy"][state] == states[state] == 2
    assert (rows["Busy"]["seconds"], rows["Idle"]["seconds"]) == (6.0, None)
    assert (rows["Idle"]["runs"], rows["Idle"]["enabled"], rows["Idle"]["last"]) == (0, False, None)
    assert totals(result) == {
        "Runs that ended badly": states["failed"] + states["lost"] + states["refused"],
        "Schedules": 2,
    }


@BOTH
def test_flags(world: World, who: str) -> None:
    boss = world.boss
    for name in ("harbor", "lantern"):
        FlagFactory(name=name, everyone=None, expires_on=timezone.localdate() + timedelta(days=30))
    Flag.objects.filter(name="lantern").update(expires_on=None)
    for everyone in (True, False):
        flag_set(name="harbor", everyone=everyone, reason="Try it.", actor=boss)
    day = timezone.localdate()

    counted = []
    # The last moment at which today is among the last 30 days, and the first at which it is not.
    for moment in (
        midnight(day + timedelta(days=31)) - INSTANT,
        midnight(day + timedelta(days=31)),
    ):
        with time_machine.travel(moment, tick=False):
            result = run("flags", world.reader(who))
            stale = run("flags", world.reader(who), show="stale")
        named = {row["name"]: row for row in result.rows}
        assert (named["harbor"]["state"], named["lantern"]["state"]) == (
            "Off",
            "On for its targets",
        )
        counted.append((named["harbor"]["changes"], named["harbor"]["stale"]))
        assert (
            {row["name"] for row in stale.rows} >= {"harbor"} if named["harbor"]["stale"] else True
        )
        assert totals(result)["Stale"] == len(stale.rows)
        # Nobody asked for either in all that time.
        assert "Nothing has asked" in named["lantern"]["why"]
        assert ("expired" in named["harbor"]["why"]) == (len(counted) == 2)
    assert counted == [(2, True), (0, True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM flags_flag), (SELECT count(*) FROM flags_switch)"
        )
        assert (totals(result)["Flags"], totals(result)["Switches"]) == cursor.fetchone()


@BOTH
def test_data_quality(world: World, who: str) -> None:
    names = [
        ("Ada", "Lovelace", True, "+49 1"),
        ("ADA ", "Love-lace", False, ""),
        ("Ada L.", "ovelace", True, ""),
        ("Grace", "O'Hara", True, "+49 2"),
        ("Grace", "OHARA", False, "+49 3"),
        ("Alan", "Turing", True, "+49 4"),
        ("", "", True, ""),
        ("", "", False, "+49 5"),
    ]
    invented = []
    for organization in world.all:
        for first, last, verified, phone in names:
            person = UserFactory(
                first_name=first, last_name=last, is_verified=verified, phone=phone
            )
            MembershipFactory(organization=organization, user=person)
            invented.append((person, {organization}))
    # One is in two organizations and still one person; one was deactivated.
    MembershipFactory(organization=world.far, user=invented[0][0])
    invented[0][1].add(world.far)
    left = UserFactory(first_name="Alan", last_name="Turing", status="deactivated", phone="")
    MembershipFactory(organization=world.near, user=left)
    world.move_to_trash()
    reader = world.reader(who)

    result = run("data-quality", reader)

    seen = [person for person, within in invented if within & set(world.shown(who))]

    def spelling(person: Any) -> str:
        name = f"{person.first_name}{person.last_name}".lower()
        return "".join(letter for letter in name if letter not in " .-'")

    number = Counter(map(spelling, seen))
    doubled = [person for person in seen if spelling(person) and number[spelling(person)] > 1]
    assert totals(result) == {
        "Same name as somebody else": len(doubled),
        "Unverified people": sum(not person.is_verified for person in seen),
        "People without a phone number": sum(not person.phone for person in seen),
    }
    for problem in ("any", "same_name", "unverified", "no_phone"):
        for row in run("data-quality", reader, problem=problem).rows:
            (person,) = [each for each in seen if str(each.pk) == row["id"]]
            same = number[spelling(person)] if spelling(person) else 1
            assert row["same"] == same, (problem, row["name"])
            alike = run("data-quality", reader, person=row["id"])
            assert len(alike.rows) == same


@BOTH
def test_members_and_projects_of_a_week(world: World, who: str) -> None:
    week = week_of(timezone.localdate())
    start = midnight(week.monday)
    both = UserFactory()
    made: dict[str, list[Any]] = {}
    for organization in world.all:
        for kind, at in (("old", start - INSTANT), ("new", start)):
            for user in (both, UserFactory(), UserFactory()):
                if user is both and kind == "new":
                    continue
                member = MembershipFactory(organization=organization, user=user)
                Membership.objects.filter(pk=member.pk).update(created_at=at)
                made.setdefault(f"{organization.name} {kind}", []).append(member)
            ProjectFactory(organization=organization, created_at=at)
        ProjectFactory(organization=organization, created_at=start, deleted_at=timezone.now())
        # Added and taken out again, as by an import that is undone.
        MembershipFactory(organization=organization).delete()
    removed = Membership.objects.get(pk=made["Near old"][-1].pk)
    removed.delete()
    world.move_to_trash()
    reader = world.reader(who)

    result = run("weekly", reader, week=str(week))
    empty = run("weekly", reader, week=str(week.after))

    rows = {row["organization"]: row for row in result.rows}
    numbers = ("members", "new_members", "removed_members", "growth", "projects", "new_projects")
    near = dict(zip(numbers, (4, 2, 1, 1, 2, 1), strict=True))
    far = dict(zip(numbers, (5, 2, 0, 2, 2, 1), strict=True))
    # All that it had was lost with it.
    gone = dict(zip(numbers, (0, 0, 3, -3, 0, 0), strict=True))
    expected = {"Near": near, "Gone": gone} | ({"Far": far} if who == "everything" else {})
    assert {
        name: {number: row[number] for number in numbers} for name, row in rows.items()
    } == expected
    found = totals(result)
    for label, number in (
        ("Members", "members"),
        ("New members", "new_members"),
        ("Removed members", "removed_members"),
        ("Projects", "projects"),
        ("Projects created", "new_projects"),
    ):
        assert found[label] == sum(row[number] for row in expected.values()), label
    assert empty.rows == []
    assert totals(empty)["New members"] == totals(empty)["Removed members"] == 0


@BOTH
def test_organizations_at_risk(world: World, who: str) -> None:
    today = timezone.localdate()
    # The first moment of the last 30 days, seen from 30 days on.
    since = midnight(today)
    for organization in world.all:
        owner = OwnerFactory(organization=organization).user
        Organization.objects.filter(pk=organization.pk).update(owner=owner)
        MembershipFactory.create_batch(2, organization=organization)
    Membership.objects.update(created_at=since - INSTANT)
    # One left Near; one of Far left and was taken back, as by undoing, with the same key.
    Membership.objects.filter(organization=world.near).latest("pk").delete()
    back = Membership.objects.filter(organization=world.far).latest("pk")
    Membership.objects.filter(pk=back.pk).delete()
    Membership.objects.bulk_create([back])
    Membership.objects.filter(pk=back.pk).update(created_at=since - INSTANT)
    # One came and went within the days.
    MembershipFactory(organization=world.far).delete()
    world.move_to_trash()
    reader = world.reader(who)

    with time_machine.travel(midnight(today + timedelta(days=31)) - INSTANT, tick=False):
        now = run("organizations-at-risk", reader)
    with time_machine.travel(midnight(today + timedelta(days=31)), tick=False):
        later = run("organizations-at-risk", reader)

    shown = {row["organization"]: (row["risks"], row["members"], row["change"]) for row in now.rows}
    assert shown == {"Near": ("Shrinking", 2, -1)}
    quiet = {row["organization"]: row["risks"] for row in later.rows}
    assert quiet == {organization.name: "No activity" for organization in world.shown(who)}
    for result in (now, later):
        assert totals(result) == {
            "Organizations at risk": len(result.rows),
            "Organizations without an owner": 0,
        }
