"""A person's data is removed from everywhere, and the trail stays whole."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from apps.accounts.anonymization.services import user_anonymize
from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.errors import DomainError, MissingPermission
from apps.organizations.models import Invitation, Membership, Role
from apps.transfers.models import ExportRun
from tests.audit.test_verify_audit import verify
from tests.factories.accounts import RoleFactory, StaffFactory, UserFactory, sudo_client
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    OwnerFactory,
)
from tests.transfers.engine import Importer

EMAIL, OLD, PHONE = "ida.berg@secret.example", "ida.old@secret.example", "+49 40 7654321"
WHY = "Asked for by letter of 3 May."
MAY = ["accounts.view_user", "accounts.anonymize_user"]

transactional = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(db: None) -> User:
    with audit_context(actor="command seed", reason=f"A note about {EMAIL}."):
        person = UserFactory(email=OLD, phone=PHONE, first_name="Ida", last_name="Bergström")
    person.email = EMAIL
    person.avatar.save("ida.png", ContentFile(b"\x89PNG"), save=False)
    person.save()
    return person


def everywhere(needle: str) -> Iterator[str]:
    """Yield every column of every table that holds a text, and every file that has it in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type NOT IN ('bytea', 'tsvector')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s',  # noqa: S608
                [f"%{needle}%"],
            )
            if cursor.fetchone()[0]:
                yield f"{table}.{column}"
    for storage in (storages["default"], storages["private"]):
        for path in Path(storage.location).rglob("*"):
            if path.is_file() and needle.encode() in path.read_bytes():
                yield str(path)


@pytest.fixture(autouse=True)
def _no_files_of_other_tests() -> None:
    """A test's rows go with it, its files stay."""
    for storage in (storages["default"], storages["private"]):
        shutil.rmtree(storage.location, ignore_errors=True)


@transactional
def test_nothing_of_the_person_is_left_in_any_table_or_file(
    person: User, importer: Importer
) -> None:
    organization = OrganizationFactory(external_id="C-1")
    OwnerFactory(organization=organization)
    MembershipFactory(user=person, organization=organization)
    InvitationFactory(email=EMAIL)
    InvitationFactory(email=OLD).delete()
    run = importer.rows(
        "members",
        [
            ["E-mail", "First name", "Phone", "Organization", "Role"],
            [EMAIL, "Ida", PHONE, "C-1", "admin"],
            ["not an address", "Ida", "", "C-1", "admin"],
        ],
    )
    assert run.record.rows
    path = storages["private"].save("exports/one.csv", ContentFile(f"{EMAIL},x".encode()))
    export = ExportRun.objects.create(
        dataset="members",
        state="ready",
        path=path,
        query={"query": f"q={EMAIL}"},
        expires_at=timezone.now(),
    )
    with audit_context(actor=person, reason="Said so", address="10.1.2.3"):
        record_event("sign_in", target=person)
    record_event("sign_in_failed", username=EMAIL)
    record_event("refused", path=f"/admin/?q={EMAIL}", method="GET")
    avatar = Path(person.avatar.path)
    assert verify()[1] == 0
    assert len(list(everywhere(EMAIL))) > 10

    gone = user_anonymize(user=person, actor=None, reason=WHY)

    for needle in (EMAIL, OLD, PHONE, "Bergström"):
        assert list(everywhere(needle)) == []
    assert not avatar.exists()
    assert gone["imports"] == gone["seats"] == 1
    assert "left" not in gone
    export.refresh_from_db()
    assert (export.state, export.path) == ("expired", "")
    verdict, code = verify()
    assert (verdict["problems"], code) == ([], 0)


@pytest.mark.django_db
def test_the_person_stays_under_an_address_that_nobody_can_write_to(person: User) -> None:
    user_anonymize(user=person, actor=None, reason=WHY)

    person.refresh_from_db()
    assert person.email == f"removed-{person.pk.hex}@anonymous.invalid"
    assert str(person) == "Removed person"
    assert (person.phone, person.avatar.name, person.status) == ("", "", "deactivated")
    assert not person.has_usable_password()


@pytest.mark.django_db
def test_a_pending_invitation_is_revoked(person: User) -> None:
    invitation = InvitationFactory(email=EMAIL)

    user_anonymize(user=person, actor=None, reason=WHY)

    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.REVOKED
    assert "secret.example" not in invitation.email


def _staff(person: User) -> None:
    person.groups.add(RoleFactory())


def _answering(person: User) -> None:
    MembershipFactory(user=person, organization__owner=person, role=Role.OWNER)


def _only_owner(person: User) -> None:
    MembershipFactory(user=person, role=Role.OWNER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prepare", "said"),
    [(_staff, "staff role"), (_answering, "answers for"), (_only_owner, "only owner")],
)
def test_what_must_happen_first_is_said(person: User, prepare: Any, said: str) -> None:
    prepare(person)

    with pytest.raises(DomainError, match=said):
        user_anonymize(user=person, actor=None, reason=WHY)

    person.refresh_from_db()
    assert person.email == EMAIL


@pytest.mark.django_db
def test_the_reason_must_not_keep_what_goes(person: User) -> None:
    with pytest.raises(DomainError, match="reason"):
        user_anonymize(user=person, actor=None, reason=f"{EMAIL} asked for it.")


@pytest.mark.django_db
def test_it_happens_once(person: User) -> None:
    user_anonymize(user=person, actor=None, reason=WHY)

    with pytest.raises(DomainError, match="already"):
        user_anonymize(user=person, actor=None, reason=WHY)


@pytest.mark.django_db
def test_it_needs_its_own_permission(person: User) -> None:
    with pytest.raises(MissingPermission):
        user_anonymize(user=person, actor=StaffFactory(may=["accounts.change_user"]), reason=WHY)


@pytest.mark.django_db
def test_the_page_shows_what_goes_and_wants_the_name_typed(person: User) -> None:
    MembershipFactory(user=person)
    url = reverse("admin:accounts_user_anonymize", args=[person.pk])
    client = sudo_client(may=MAY)

    page = client.get(url).content.decode()
    mistyped = client.post(url, {"reason": WHY, "typed": "Somebody"})
    person.refresh_from_db()
    assert person.email == EMAIL
    typed = client.post(url, {"reason": WHY, "typed": "Ida Bergström"})

    assert "1 membership taken away" in page
    assert mistyped.status_code == 200
    assert typed.status_code == 302
    person.refresh_from_db()
    assert person.email != EMAIL
    assert not Membership.objects.filter(user=person).exists()
    timeline = client.get(reverse("admin:accounts_user_history", args=[person.pk]))
    assert "removed the person&#x27;s data" in timeline.content.decode()
