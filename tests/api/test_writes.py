"""Writes: through the services, once, on what was read, and named in the history."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.api.idempotency import idempotent_requests_prune
from apps.api.models import IdempotentRequest
from apps.api.tasks import prune_idempotent_requests
from apps.core.models import QueuedMail
from apps.organizations.models import Invitation, Organization
from tests.factories.api import api_client, key_of, maker
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db

ORGANIZATIONS = "/api/v1/organizations/"
JSON = "application/json"


@pytest.fixture
def client() -> Client:
    return api_client(key_of(maker(), name="Nightly")[1])


def post(client: Client, path: str, sent: Any = None, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, sent or {}, content_type=JSON, headers=named)


def test_an_organization_is_created_changed_trashed_and_restored(client: Client) -> None:
    made = post(
        client, ORGANIZATIONS, {"name": "Harbor"}, X_Reason="Für März".encode().decode("latin-1")
    )
    assert (made.status_code, made.json()["slug"]) == (201, "harbor")
    change = Organization.objects.get().history.get().change_set  # type: ignore[attr-defined]
    assert (change.source, change.reason) == ("api", "Für März")
    assert change.actor_label.startswith("Nightly, for ")

    path = f"{ORGANIZATIONS}harbor/"
    seen = client.get(path)
    assert seen["ETag"] == made["ETag"]
    late = {"If-Match": seen["ETag"]}
    changed = client.patch(path, {"name": "Dock"}, content_type=JSON, headers=late)
    assert (changed.status_code, changed.json()["name"]) == (200, "Dock")
    assert changed["ETag"] != seen["ETag"]
    assert client.patch(path, {"name": "Lost"}, content_type=JSON, headers=late).status_code == 412
    assert client.patch(path, {"name": "Blind"}, content_type=JSON).status_code == 428
    project = ProjectFactory(organization=Organization.objects.get())

    assert post(client, f"{path}trash/", If_Match=seen["ETag"]).status_code == 412
    trashed = post(client, f"{path}trash/", If_Match=changed["ETag"])
    assert trashed.status_code == 200
    assert client.get(path).status_code == 404
    restored = post(client, trashed.json()["restore"])
    assert (restored.status_code, restored.json()["name"]) == (200, "Dock")
    project.refresh_from_db()
    assert not project.is_deleted


def test_what_a_service_refuses_is_a_problem_and_changes_nothing(client: Client) -> None:
    OrganizationFactory(slug="harbor")
    answer = post(client, ORGANIZATIONS, {"name": "Harbor", "slug": "harbor"}, Idempotency_Key="a")
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert answer.json()["detail"] == "Another organization has this slug."
    answer = post(client, ORGANIZATIONS, {"name": "x" * 201, "status": "gone"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert {each["field"] for each in answer.json()["errors"]} == {"name", "status"}
    assert Organization.objects.count() == 1
    # Nothing was done, so the key is free for the corrected request.
    assert post(client, ORGANIZATIONS, {"name": "Dock"}, Idempotency_Key="a").status_code == 201


def test_an_invitation_is_sent_sent_again_and_revoked(client: Client) -> None:
    organization = OrganizationFactory(slug="harbor")
    path = f"{ORGANIZATIONS}harbor/invitations/"
    made = post(client, path, {"email": "Ada@example.org", "role": "admin"})
    assert made.status_code == 201
    assert made.json()["email"] == "ada@example.org"
    invitation = Invitation.objects.get(organization=organization)
    assert QueuedMail.objects.filter(key=f"invitation:{invitation.pk}").exists()
    assert post(client, path, {"email": "ada@example.org"}).status_code == 409
    one = f"/api/v1/invitations/{invitation.pk}/"
    before = invitation.token_digest
    assert post(client, f"{one}resend/").status_code == 200
    invitation.refresh_from_db()
    assert invitation.token_digest != before
    revoked = post(client, f"{one}revoke/")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert post(client, f"{one}revoke/").status_code == 409
    assert not mail.outbox


def test_a_request_that_is_sent_again_is_done_once(client: Client) -> None:
    first = post(client, ORGANIZATIONS, {"name": "Harbor"}, Idempotency_Key="night-1")
    again = post(client, ORGANIZATIONS, {"name": "Harbor"}, Idempotency_Key="night-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    other = post(client, ORGANIZATIONS, {"name": "Dock"}, Idempotency_Key="night-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    invite = {"email": "ada@example.org"}
    path = f"{ORGANIZATIONS}harbor/invitations/"
    assert post(client, path, invite, Idempotency_Key="night-1").status_code == 409
    assert not Invitation.objects.exists()
    # Another account has keys of its own.
    stranger = api_client(key_of(maker(), name="Other")[1])
    assert (
        post(stranger, ORGANIZATIONS, {"name": "Quay"}, Idempotency_Key="night-1").json()["slug"]
        == "quay"
    )
    assert post(client, ORGANIZATIONS, {"name": "Quay"}, Idempotency_Key="a b").status_code == 400
    assert Organization.objects.count() == 2


def test_a_key_is_kept_for_a_day(client: Client) -> None:
    post(client, ORGANIZATIONS, {"name": "Harbor"}, Idempotency_Key="night-1")
    assert idempotent_requests_prune() == 0
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    made = post(client, ORGANIZATIONS, {"name": "Harbor"}, Idempotency_Key="night-1")
    assert made.json()["slug"] == "harbor-2"
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert prune_idempotent_requests() == "1 key deleted."


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_once_one_writes_and_the_others_wait() -> None:
    _, key = key_of(maker())
    together, answers = threading.Barrier(4), []

    def send() -> None:
        try:
            together.wait()
            answers.append(
                post(api_client(key), ORGANIZATIONS, {"name": "Harbor"}, Idempotency_Key="once")
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Organization.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_of_what_both_have_read_one_is_refused() -> None:
    _, key = key_of(maker())
    OrganizationFactory(slug="harbor")
    path = f"{ORGANIZATIONS}harbor/"
    tag = api_client(key).get(path)["ETag"]
    together, seen = threading.Barrier(2), []

    def send(name: str) -> None:
        try:
            together.wait()
            answer = api_client(key).patch(
                path, {"name": name}, content_type=JSON, headers={"If-Match": tag}
            )
            seen.append(answer.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[name]) for name in ("Dock", "Quay")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200, 412]
