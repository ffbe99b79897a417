"""Many records of the trash deleted for good: what is kept stays, and personal data goes from the history."""

from typing import Any

import pytest
from django.urls import reverse

from apps.audit.proof.verify import audit_log_verify
from apps.core.uuid7 import uuid7
from apps.holds.services import legal_hold_set
from apps.organizations.models import Invitation, Organization
from apps.projects.models import Project
from tests.bulk.lists import client_of, confirm, done, page_of, planned
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.organizations import InvitationFactory, OrganizationFactory

TRASH = "admin:organizations_trashedorganization_changelist"
MAY = [
    "organizations.view_organization",
    "organizations.purge_organization",
    "bulk.view_bulkrun",
]


def trashed(number: int) -> list[Organization]:
    some: list[Organization] = OrganizationFactory.create_batch(number)
    for organization in some:
        Organization.all_objects.filter(pk=organization.pk).update(
            deleted_at="2026-01-01T00:00Z", trash_id=uuid7()
        )
    return some


@pytest.mark.django_db(transaction=True)
def test_a_purge_of_many_asks_for_the_number_and_leaves_what_is_held() -> None:
    first, second, *_ = trashed(203)
    InvitationFactory(organization=first, email="gone@example.org")
    project = Project.all_objects.create(name="Evidence", organization=second)
    legal_hold_set(record=project, reason="Litigation.", actor=SuperuserFactory())
    kept = OrganizationFactory()
    client = client_of(StaffFactory(may=MAY))

    run = planned(client, TRASH, "purge")
    assert run.plan["change"] == 202
    assert any("legal hold" in note for note, _ in run.plan["skipped"])
    body = client.get(page_of(run)).content.decode()
    assert "Type “202” to confirm" in body
    assert "1 invitation" in body
    assert confirm(client, run).status_code == 409
    url = reverse("admin:bulk_bulkrun_confirm", args=[run.pk])
    assert client.post(url, {"reason": "Over.", "typed": "202"}).status_code == 302
    done(run)

    assert (run.state, run.results["changed"]) == ("applied", 202), run.error
    assert set(Organization.all_objects.all()) == {second, kept}
    history: Any = Invitation.history
    assert {row.email for row in history.all()} == {"[removed]"}
    assert history.filter(history_type="-").count() == 1
    assert audit_log_verify().whole
    assert client.post(reverse("admin:bulk_bulkrun_undo", args=[run.pk])).status_code == 409


@pytest.mark.django_db
def test_a_second_person_approves_any_purge_of_many(settings: Any) -> None:
    settings.FOUR_EYES = {"purge": 0}
    trashed(201)
    client = client_of(StaffFactory(may=MAY))
    run = planned(client, TRASH, "purge")

    url = reverse("admin:bulk_bulkrun_confirm", args=[run.pk])
    assert client.post(url, {"reason": "Over.", "typed": "201"}).status_code == 409
    done(run)
    assert Organization.all_objects.count() == 201


@pytest.mark.django_db
def test_the_page_of_few_says_what_is_held_before_a_reason_is_asked() -> None:
    held, other = trashed(2)
    legal_hold_set(record=held, reason="Litigation.", actor=SuperuserFactory())
    client = sudo_client(SuperuserFactory())
    chosen = {
        "action": "purge",
        "index": "0",
        "select_across": "0",
        "_selected_action": [str(held.pk), str(other.pk)],
    }
    page = client.post(reverse(TRASH), chosen)
    assert "1 organization is left alone" in page.content.decode()
    name, token = page.context["hidden"][0]

    answer = client.post(
        reverse(TRASH), {**chosen, name: token, "reason": "Over.", "typed": "2"}, follow=True
    )

    assert "1 organization deleted for good." in answer.content.decode()
    assert list(Organization.all_objects.all()) == [held]
    url = reverse("admin:organizations_trashedorganization_purge", args=[held.pk])
    page = reverse("admin:organizations_trashedorganization_change", args=[held.pk])
    body = client.get(page).content.decode()
    assert url not in body
    assert "Not while it is held" in body
    assert client.post(url, {"reason": "Over.", "typed": held.name}).status_code == 409
