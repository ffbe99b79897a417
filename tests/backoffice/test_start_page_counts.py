"""Every number of the start page is the number of records on the list that it leads to."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.reference import load_roles, shipped_roles
from apps.audit.context import audit_context
from apps.backoffice.start.filters import LINES
from apps.backoffice.start.open_tasks import NEEDS, STANDING
from apps.core.discovery import full_site
from apps.flags.plans.planning import Step, changes_plan
from apps.organizations.models import Membership, Organization, StaffOrganization
from apps.projects.models import Project, Task
from apps.transfers.models import ImportRun
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.alarms import AcknowledgedAlarmFactory, AlarmFactory, OverAlarmFactory
from tests.factories.core import QueuedMailFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    TrashedOrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.reports import ReportDeliveryFactory, ReportMailingFactory
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.structure.samples import sample
from tests.transfers.wizard import applied_run

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
    for number, model in enumerate((Organization, Membership, Project, Task)):
        for days in (7, 14):
            # Some of last week, some of the week before, and of a moment that is to come.
            keys = model.objects.values("pk")[number : number + 2]
            model.objects.filter(pk__in=keys).update(created_at=now - timedelta(days=days))
        model.objects.filter(pk__in=model.objects.order_by("-pk").values("pk")[:1]).update(
            created_at=now + timedelta(hours=1)
        )
    for state in ("waiting", "succeeded", "failed", "lost", "refused"):
        for days in (-0.1, 0, 2, 8, 20):
            TaskRunFactory(state=state, due_at=now - timedelta(days=days))
    for state in ("sent", "refused", "uncertain"):
        for days in (0, 9):
            for _ in range(2):
                ReportDeliveryFactory(state=state, created_at=now - timedelta(days=days))
        QueuedMailFactory.create_batch(3, state=state)
        QueuedMailFactory(state=state, decided_at=now)
    for state, days in (("failed", 1), ("failed", 2), ("failed", 8), ("skipped", 1)):
        ReportMailingFactory(state=state, ended_at=now - timedelta(days=days))
    AlarmFactory()
    AcknowledgedAlarmFactory()
    OverAlarmFactory()
    for everyone in (True, False, None):
        FlagFactory(everyone=everyone)
    steps = [Step(now + timedelta(days=1), "on")]
    changes_plan(kind="flag", name=FlagFactory().name, steps=steps, reason="Launch", actor=None)
    ScheduleFactory(enabled=False)
    for state in ("planned", "read", "failed", "applied"):
        for who in (user, StaffFactory()):
            run = sample(ImportRun)
            ImportRun.objects.filter(pk=run.pk).update(state=state, user=who)
    old = sample(ImportRun)
    ImportRun.objects.filter(pk=old.pk).update(state="failed", created_at=now - timedelta(days=30))


LINK = re.compile(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?![\w.])")


def numbers_on(page: Any, *, all_links: bool = False) -> list[tuple[int, str]]:
    """Return every link to a list that says a number, as a person sees it, with that number."""
    found = []
    main = page.content.decode().partition('class="flex flex-col gap-8 mb-8 qd-start"')[2]
    for url, content in LINK.findall(main):
        numbers = NUMBER.findall(TAG.sub(" ", content).replace("14 days", ""))
        if numbers and (all_links or "/change/" not in url):
            found.append((int(numbers[0].replace(",", "")), html.unescape(url)))
    return found


def listed_at(client: Client, url: str) -> list[Any]:
    """Return the records of a list, page by page."""
    records: list[Any] = []
    address = url
    while True:
        answer = client.get(address)
        assert answer.status_code == 200, address
        changelist = answer.context["cl"]
        records += changelist.result_list
        if changelist.pages is None or not changelist.pages.next:
            assert len({record.pk for record in records}) == len(records)
            return records
        address = f"{url.partition('?')[0]}{changelist.pages.next}"


def declared_lines(page: Any) -> list[dict[str, Any]]:
    cards = page.context["numbers"]
    within = [card[when] for card in cards for when in ("this_week", "last_week")]
    return [*page.context["needs"], *page.context["standing"], *cards, *within]


@pytest.mark.parametrize("is_limited", [False, True])
@pytest.mark.parametrize("role", ["Superuser", *shipped_roles()])
def test_each_line_leads_to_as_many_records_as_it_says(
    role: str, is_limited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_roles()
    for line in LINES:
        monkeypatch.setattr(full_site()._registry[line.model], "list_per_page", 3)
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

    links = numbers_on(page)
    assert links or role not in ("Superuser", "Support", "Operations")
    for number, url in links:
        assert len(listed_at(client, url)) == number, url
    # Every number of the page that a line declares is one of these links.
    shown = [(line["count"], line["url"]) for line in declared_lines(page)]
    assert sorted(shown) == sorted(links)


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


def test_the_refused_rows_of_an_import_lead_to_these_rows() -> None:
    user = SuperuserFactory()
    client = sudo_client(user)
    OrganizationFactory(name="Harbor")
    roster = "E-mail,First,Last,Committee,Position\n"
    good = "".join(f"a{n}@example.org,Ada,Harper,Harbor,member\n" for n in range(2))
    bad = "".join(f"no address {n},B,C,Harbor,member\n" for n in range(3))
    applied_run(client, roster + good + bad)

    page = client.get(reverse("admin:index"))

    ((number, url),) = [
        (number, url)
        for number, url in numbers_on(page, all_links=True)
        if "verdict=refused" in url
    ]
    assert number == 3
    rows = client.get(url).content.decode()
    assert rows.count("no address") >= 3
    assert "a0@example.org" not in rows


def test_what_several_records_others_changed_leads_to_them_or_says_no_number() -> None:
    load_roles()
    with audit_context(actor=StaffFactory(first_name="Ben"), source="form"):
        organizations = [OrganizationFactory(name=f"Harbor {number}") for number in range(3)]
    auditor, staff = StaffFactory(), StaffFactory()
    auditor.groups.add(Group.objects.get(name="Auditor"), Group.objects.get(name="Staff"))
    staff.groups.add(Group.objects.get(name="Staff"))
    pages = []
    for user in (auditor, staff):
        client = Client()
        client.force_login(user)
        pages.append((client, client.get(reverse("admin:index"))))
    (client, page), (_, other) = pages

    (change,) = page.context["changes"]
    assert change["did"] == "created 3 organizations"
    listed = client.get(change["url"]).content.decode()
    assert all(organization.name in listed for organization in organizations)
    (change,) = other.context["changes"]
    assert change["did"] == "created several organizations"
