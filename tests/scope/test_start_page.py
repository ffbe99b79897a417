"""The start page counts, draws and tells what lies in scope."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.organizations.models import Invitation, Organization, StaffOrganization
from apps.transfers.models import ImportRun, Upload
from tests.factories.reports import ReportDeliveryFactory
from tests.factories.schedules import TaskRunFactory
from tests.scope.conftest import House, text


@pytest.fixture
def busy(boss: User, near: House, far: House) -> None:
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    upload = Upload.objects.create(
        name="Faraway roster.csv", size=1, sha256="0" * 64, path="x", expires_at=timezone.now()
    )
    ImportRun.objects.create(dataset="members", state="failed", upload=upload, user=boss)
    TaskRunFactory(state="failed", message="Faraway went wrong")
    ReportDeliveryFactory(state="refused")
    with audit_context(actor=boss, reason="A new name", source="form"):
        Organization.objects.filter(pk=far.organization.pk).update(name="Faraway Two")
        Organization.objects.filter(pk=near.organization.pk).update(name="Inlet Two")


def test_its_bands_hold_to_the_scope(client: Client, busy: None, far: House) -> None:
    answer = client.get(reverse("admin:index"))

    numbers = {card["label"]: card["count"] for card in answer.context["numbers"]}
    assert numbers == {"Organizations": 1, "Members": 1, "Active projects": 0, "Open tasks": 1}
    assert [need["text"].split()[0] for need in answer.context["needs"]] == ["1"]
    assert answer.context["imports"] == []
    shown = [change["did"] for change in answer.context["changes"]]
    assert any("Inlet Two" in did for did in shown)
    assert far.word not in text(answer)


def test_it_costs_no_more_statements_than_the_page_of_others(
    client: Client, boss_client: Client, busy: None
) -> None:
    def statements(browser: Client) -> int:
        browser.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("admin:index"))
        return len(queries)

    # Their permissions, two, and which requests of others lie wholly in their scope.
    assert statements(client) <= statements(boss_client) + 3


def test_who_is_given_no_organization_sees_an_empty_house(
    client: Client, agent: User, near: House, far: House, busy: None
) -> None:
    StaffOrganization.all_objects.filter(user=agent).delete()

    answer = client.get(reverse("admin:index"))

    assert {card["count"] for card in answer.context["numbers"]} == {0}
    assert answer.context["needs"] == []
    assert answer.context["changes"] == []
    assert near.word not in text(answer)
