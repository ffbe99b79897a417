"""The start page: what needs you, today, lately; in few statements, and only what the role may see."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.reference import load_roles, shipped_roles
from apps.audit.context import audit_context
from apps.audit.models import Verification
from apps.organizations.services.organizations import organization_create
from apps.reports.services import report_make
from apps.reports.weeks import this_week
from apps.schedules import pauses
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    TrashedOrganizationFactory,
)
from tests.factories.projects import TaskFactory
from tests.factories.schedules import TaskRunFactory

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 10


@pytest.fixture
def role_clients() -> dict[str, tuple[User, Client]]:
    load_roles()
    found = {}
    for role in shipped_roles():
        user, client = StaffFactory(first_name=role), Client()
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        found[role] = (user, client)
    return found


def _fill() -> None:
    for _ in range(3):
        MembershipFactory()
        TaskFactory()
        InvitationFactory(expires_at=timezone.now() + timedelta(days=1))
        TaskRunFactory(state="failed")
    with audit_context(actor=SuperuserFactory(), reason="They asked for it.", source="form"):
        organization_create(name="Harbor Committee", actor=None)


def test_it_takes_at_most_ten_statements_for_every_role(
    role_clients: dict[str, tuple[User, Client]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill()
    # Each process asks every few seconds whether the schedules are paused.
    monkeypatch.setattr(pauses, "_SHOWN_SECONDS", 3600)

    for role, (_, client) in role_clients.items():
        # Once a minute a visit also notes that the session is in use.
        client.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse("admin:index"))
        assert answer.status_code == 200
        assert len(queries) <= MOST_STATEMENTS, (role, [query["sql"] for query in queries])


def test_support_is_told_of_invitations_and_not_of_tasks(
    role_clients: dict[str, tuple[User, Client]],
) -> None:
    _fill()

    body = role_clients["Support"][1].get(reverse("admin:index")).content.decode()

    assert "3 invitations expiring within three days" in body
    assert "since yesterday" not in body


def test_operations_are_told_of_failed_tasks_and_how_flags_stand(
    role_clients: dict[str, tuple[User, Client]],
) -> None:
    _fill()

    body = role_clients["Operations"][1].get(reverse("admin:index")).content.decode()

    assert "3 task runs failed, lost, or refused since yesterday" in body
    assert "expiring within three days" not in body


def test_what_others_changed_is_told_with_their_reason(
    role_clients: dict[str, tuple[User, Client]],
) -> None:
    _fill()

    body = role_clients["Staff"][1].get(reverse("admin:index")).content.decode()

    assert "created Harbor Committee" in body
    assert "They asked for it." in body


def test_nothing_to_do_is_a_good_word(role_clients: dict[str, tuple[User, Client]]) -> None:
    body = role_clients["Analyst"][1].get(reverse("admin:index")).content.decode()

    assert "You're all caught up." in body


def test_a_number_says_what_came_this_week_and_last(
    role_clients: dict[str, tuple[User, Client]],
) -> None:
    task = TaskFactory()
    type(task).objects.update(created_at=this_week().before.start + timedelta(hours=1))
    TaskFactory()

    page = role_clients["Staff"][1].get(reverse("admin:index"))

    (card,) = [card for card in page.context["numbers"] if card["label"] == "Open tasks"]
    assert (card["count"], card["this_week"]["count"], card["last_week"]["count"]) == (2, 1, 1)


def test_the_start_page_and_the_report_tell_the_same_of_members(
    role_clients: dict[str, tuple[User, Client]],
) -> None:
    """Whatever day it is: joined this week, last week, long ago, gone again, and in the trash."""
    user, client = role_clients["Staff"]
    week = this_week()
    second = timedelta(seconds=1)
    dates = [week.start, week.before.start, week.start - second, week.before.start - second]
    for joined in dates:
        membership = MembershipFactory()
        type(membership).objects.filter(pk=membership.pk).update(created_at=joined)
    MembershipFactory().delete()
    MembershipFactory(organization=TrashedOrganizationFactory())

    (card,) = [
        card
        for card in client.get(reverse("admin:index")).context["numbers"]
        if card["label"] == "Members"
    ]
    this, last = (
        {
            total.label: total.value
            for total in report_make(report="weekly", params={"week": each}, actor=user).totals
        }
        for each in ("this", "last")
    )

    shown = card["count"], card["this_week"]["count"], card["last_week"]["count"]
    assert shown == (4, 1, 2)
    assert (this["Members"], this["New members"], last["New members"]) == (4, 1, 2)
    assert (this["Removed members"], last["Members"]) == (0, 3)


def test_auditors_are_told_the_last_verdict_on_the_trail(
    role_clients: dict[str, tuple[User, Client]],
) -> None:
    client = role_clients["Auditor"][1]
    assert "hasn't been verified yet" in client.get(reverse("admin:index")).content.decode()

    now = timezone.now()
    Verification.objects.create(started_at=now, finished_at=now, whole=True, rows=12)
    assert "Audit log verified" in client.get(reverse("admin:index")).content.decode()
    staff = role_clients["Staff"][1].get(reverse("admin:index")).content.decode()
    assert "Audit log verified" not in staff
