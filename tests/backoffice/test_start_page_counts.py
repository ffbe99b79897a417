"""Every number of the start page is the number of records on the list that it leads to."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.reference import load_roles, shipped_roles
from apps.backoffice.start.filters import LINES
from apps.backoffice.start.open_tasks import NEEDS, STANDING
from apps.organizations.models import Organization, StaffOrganization
from apps.transfers.models import ImportRun
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    TrashedOrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.reports import ReportDeliveryFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db


def fill(user: Any) -> None:
    """Make records on both sides of every line: such as it counts, and such as it does not."""
    now = timezone.now()
    organizations = [OrganizationFactory() for _ in range(2)]
    for organization in organizations:
        MembershipFactory(organization=organization)
        for status in ("active", "draft", "archived"):
            project = ProjectFactory(organization=organization, status=status)
            for state in ("todo", "in_progress", "done"):
                TaskFactory(project=project, status=state)
        for days in (1, 2, 10):
            InvitationFactory(organization=organization, expires_at=now + timedelta(days=days))
    MembershipFactory(organization=TrashedOrganizationFactory())
    Organization.objects.filter(pk=organizations[0].pk).update(created_at=now - timedelta(days=99))
    for state in ("waiting", "succeeded", "failed", "lost", "refused"):
        for days in (0, 2, 20):
            TaskRunFactory(state=state, due_at=now - timedelta(days=days))
    for state in ("sent", "refused", "uncertain"):
        for days in (0, 9):
            for _ in range(2):
                ReportDeliveryFactory(state=state, run__started_at=now - timedelta(days=days))
    for everyone in (True, False, None):
        FlagFactory(everyone=everyone)
    ScheduleFactory(enabled=False)
    for state in ("planned", "read", "failed", "applied"):
        for who in (user, StaffFactory()):
            run = sample(ImportRun)
            ImportRun.objects.filter(pk=run.pk).update(state=state, user=who)
    old = sample(ImportRun)
    ImportRun.objects.filter(pk=old.pk).update(state="failed", created_at=now - timedelta(days=30))


@pytest.mark.parametrize("is_limited", [False, True])
@pytest.mark.parametrize("role", ["Superuser", *shipped_roles()])
def test_each_line_leads_to_as_many_records_as_it_says(role: str, is_limited: bool) -> None:
    load_roles()
    if role == "Superuser":
        user = SuperuserFactory()
    else:
        user = StaffFactory(is_limited=is_limited)
        user.groups.add(Group.objects.get(name=role))
    fill(user)
    if is_limited:
        StaffOrganization.objects.create(user=user, organization=Organization.objects.first())
    client = Client()
    client.force_login(user)

    page = client.get(reverse("admin:index"))

    lines = [*page.context["needs"], *page.context["standing"], *page.context["numbers"]]
    assert lines or role not in ("Superuser", "Support", "Operations")
    for line in lines:
        answer = client.get(line["url"])
        assert answer.status_code == 200, line
        shown = answer.context["cl"].queryset.count()
        assert shown == line["count"], line
        assert str(shown) in line.get("text", str(shown)), line


def test_every_line_of_the_start_page_can_be_clicked_by_somebody() -> None:
    load_roles()
    user = SuperuserFactory()
    fill(user)
    client = Client()
    client.force_login(user)
    page = client.get(reverse("admin:index"))
    shown = {line["name"] for line in [*page.context["needs"], *page.context["standing"]]}
    # Requests wait for a second person: the tests of requests make them.
    wanted = {need.name for need in [*NEEDS, *STANDING] if not need.name.startswith("requests")}
    assert wanted <= shown
    assert len({line.name for line in LINES}) == len(LINES)
