"""A person's data is removed from everywhere, and the trail stays whole."""

import html
import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.anonymization.services import user_anonymize
from apps.accounts.models import User
from apps.accounts.services import user_set_roles
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.errors import DomainError, MissingPermission
from apps.core.queued_mails import queued_mails_sweep
from apps.organizations.models import Invitation, Membership, Role
from apps.transfers.cleanup import plans_clean_up
from apps.transfers.models import ExportRun
from tests.audit.test_verify_audit import verify
from tests.factories.accounts import (
    ApprovalRequestFactory,
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    sudo_client,
)
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
            " WHERE table_schema = 'public'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t."{column}"::text ILIKE %s'  # noqa: S608
                # A bytea shows itself in hexadecimal digits.
                f" OR t.\"{column}\"::text ILIKE '%%' || encode(convert_to(%s, 'UTF8'), 'hex') || '%%'",
                [f"%{needle}%", needle],
            )
            if cursor.fetchone()[0]:
                yield f"{table}.{column}"
    for storage in (storages["default"], storages["private"]):
        for path in Path(storage.location).rglob("*"):
            if path.is_file() and (
                needle.encode() in path.read_bytes() or needle.lower() in path.name.lower()
            ):
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
    assert gone["imports"] == gone["memberships"] == 1
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
    ("prepare", "output"),
    [(_staff, "staff role"), (_answering, "is responsible for"), (_only_owner, "only owner")],
)
def test_what_must_happen_first_is_said(person: User, prepare: Any, output: str) -> None:
    prepare(person)

    with pytest.raises(DomainError, match=output):
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

    assert "1 membership removed" in page
    assert mistyped.status_code == 200
    assert typed.status_code == 302
    person.refresh_from_db()
    assert person.email != EMAIL
    assert not Membership.objects.filter(user=person).exists()
    timeline = client.get(reverse("admin:accounts_user_history", args=[person.pk]))
    assert "removed the person&#x27;s data" in timeline.content.decode()


@transactional
def test_a_dump_holds_nothing_that_the_person_ever_was(
    importer: Importer, tmp_path: Path, client: Client
) -> None:
    """Every name, address, number and picture, of now and of before, through the ways of every day."""
    boss = SuperuserFactory()
    browser = sudo_client(boss)
    OwnerFactory(organization=OrganizationFactory(external_id="C-1", name="Harbor"))
    header = ["E-mail", "First name", "Last name", "Phone", "Organization", "Role"]
    other = ["olga@example.org", "Olga", "Lind", "+49 40 1112223", "C-1", "member"]
    first = ["old.zq@example.org", "Oldfirstzq", "Oldlastzq", "+49 40 7654321", "C-1", "member"]
    renamed = ["old.zq@example.org", "Midfirstzq", "Midlastzq", "+49 40 7654322", "C-1", "viewer"]
    refused = ["no address", "Midfirstzq", "Midlastzq", "", "C-1", "member"]
    clash = ["old.zq@example.org", "Otherzq", "Midlastzq", "", "C-1", "viewer"]
    importer.rows("members", [header, other, first], "--reason", "Roster with Oldfirstzq")
    importer.rows("members", [header, other, refused, renamed])
    importer.rows("members", [header, renamed, clash])
    person = User.objects.get(email="old.zq@example.org")

    for name in ("first.png", "second.png"):
        person.avatar.save(f"midlastzq-{name}", ContentFile(b"\x89PNG"), save=True)
    with audit_context(actor=boss, reason="Newlastzq asked to be called so", source="form"):
        person.email, person.phone = "new.zq@example.org", "+49 40 7654323"
        person.first_name, person.last_name = "Newfirstzq", "Newlastzq"
        person.save()
    with audit_context(actor=boss, reason="Newfirstzq Newlastzq was on the phone", source="form"):
        record_event("refused", path="/admin/?q=new.zq%40example.org", method="GET")
    role = RoleFactory(name="Support")
    user_set_roles(user=person, roles=[role], actor=boss, reason="Newfirstzq helps out")
    user_set_roles(user=person, roles=[], actor=boss, reason="Newfirstzq is back")
    ApprovalRequestFactory(
        sentence="Give Newfirstzq Newlastzq the role Support",
        arguments={"user": str(person.pk)},
        preview={"records": [["Newfirstzq Newlastzq", "old: Oldlastzq"]]},
        reason="Newlastzq needs it",
        state="refused",
    )
    InvitationFactory(email="new.zq@example.org")
    for number, fields in enumerate(("email,first_name,last_name", "first_name,last_name")):
        for format in ("csv", "xlsx"):
            target = tmp_path / f"{number}.{format}"
            call_command(
                "export_dataset", "members", fields=fields, output=target, user=boss.email,
                stdout=io.StringIO(),
            )  # fmt: skip
    browser.get(reverse("admin:accounts_user_changelist"), {"q": "Newlastzq"})
    with audit_context(actor=person, reason="Said so"):
        record_event("sign_in", target=person)
    needles = ["old.zq", "new.zq", "firstzq", "lastzq", "7654321", "7654322", "7654323"]
    assert all(list(everywhere(needle)) for needle in needles)

    page = browser.get(reverse("admin:accounts_user_anonymize", args=[person.pk]))
    browser.post(
        reverse("admin:accounts_user_anonymize", args=[person.pk]),
        {"reason": WHY, "typed": "Newfirstzq Newlastzq"},
    )

    assert page.status_code == 200
    person.refresh_from_db()
    assert person.email.endswith("@anonymous.invalid")
    for needle in needles:
        assert sorted(everywhere(needle)) == [], needle
    verdict, code = verify()
    assert (verdict["problems"], code) == ([], 0)
    # What is about others stays, and is still to be undone.
    assert list(everywhere("olga@example.org"))


@pytest.mark.django_db
def test_a_namesake_keeps_everything(person: User, importer: Importer) -> None:
    OwnerFactory(organization=OrganizationFactory(external_id="C-1"))
    importer.rows(
        "members",
        [
            ["E-mail", "First name", "Last name", "Organization"],
            ["other.ida@example.org", "Ida", "Bergström", "C-1"],
        ],
        "--reason",
        "Ida is new",
    )
    path = storages["private"].save("exports/two.csv", ContentFile(b"other.ida@example.org,Ida"))
    kept = ExportRun.objects.create(
        dataset="members", state="ready", path=path, fields=["email", "first_name", "last_name"]
    )

    user_anonymize(user=person, actor=None, reason=WHY)

    other = User.objects.get(email="other.ida@example.org")
    assert str(other) == "Ida Bergström"
    assert other.history.latest().history_change_reason == "Ida is new"
    kept.refresh_from_db()
    assert (kept.state, kept.path) == ("ready", path)


@pytest.mark.django_db
def test_samples_are_forgotten_with_the_rows_of_a_run(importer: Importer) -> None:
    OrganizationFactory(external_id="C-1")
    run = importer.rows(
        "members",
        [["E-mail", "First name", "Organization"], ["ada@example.org", "Adazq", "C-1"]],
    ).record
    assert "Adazq" in str(run.findings)
    run.ended_at = timezone.now() - timedelta(days=400)
    run.save(update_fields=["ended_at"])

    plans_clean_up()

    run.refresh_from_db()
    assert "Adazq" not in str(run.findings)
    assert run.findings["headers"] == ["E-mail", "First name", "Organization"]


@transactional
def test_the_preview_names_each_file_and_its_owner_who_is_told(
    person: User, mailoutbox: list[Any]
) -> None:
    owner = StaffFactory(first_name="Alva", last_name="Castellanos")
    path = storages["private"].save("exports/one.csv", ContentFile(f"{EMAIL},x".encode()))
    export = ExportRun.objects.create(
        dataset="members",
        state="ready",
        path=path,
        user=owner,
        rows=120_204,
        expires_at=timezone.now() + timedelta(days=6),
    )
    client = sudo_client(may=MAY)
    url = reverse("admin:accounts_user_anonymize", args=[person.pk])

    page = html.unescape(client.get(url).content.decode())
    client.post(url, {"reason": WHY, "typed": "Ida Bergström"})

    output = (
        f"Export {export.pk} (members-{export.created_at:%Y-%m-%d}-{export.pk}.csv, 120,204 rows)"
    )
    assert f"{output} of Alva Castellanos is deleted" in page
    assert "They get an e-mail about it." in page
    queued_mails_sweep()
    (mail,) = mailoutbox
    assert mail.to == [owner.email]
    assert f"export {export.pk}" in mail.body
    assert "Ida" not in mail.body
    owner.user_permissions.set(Permission.objects.filter(codename="view_exportrun"))
    browser = Client()
    browser.force_login(User.objects.get(pk=owner.pk))
    shown = browser.get(reverse("admin:transfers_exportrun_change", args=[export.pk]))
    text = html.unescape(shown.content.decode())
    assert "because personal data in it had to be removed" in text
    assert "from now" not in text
