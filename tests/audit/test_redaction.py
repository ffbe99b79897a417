"""Personal data leaves the trail, and the trail stays whole: a redaction is not tampering."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.models import Redaction
from apps.audit.redaction import redact_events, redact_mentions, redact_records, redacting
from tests.audit.test_verify_audit import found, verify
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

Hand = Callable[..., None]
HISTORY = "accounts_historicaluser"
WHY = "Asked for by letter."


@pytest.fixture
def person() -> User:
    """Somebody with three rows of history, the newest of which holds nothing personal."""
    with audit_context(actor="command seed", reason="Imported for ida@secret.example."):
        person = UserFactory(email="ida@secret.example", phone="+49 40 777")
    person.phone = "+49 40 888"
    person.save()
    person.email, person.phone = "removed@anonymous.invalid", ""
    person.first_name = person.last_name = ""
    person.status = User.Status.DEACTIVATED
    person.save()
    return person


def redact(person: User) -> None:
    with redacting(person=person.pk, reason=WHY):
        redact_records(User, [person.pk])
        redact_events(person.pk)
        redact_mentions(words=["ida@secret.example", "+49 40 777"])


def rows(person: User) -> list[int]:
    return list(person.history.order_by("history_id").values_list("history_id", flat=True))


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "not sealed yet"])
def test_what_was_redacted_is_gone_and_the_trail_is_whole(person: User, is_sealed: bool) -> None:
    if is_sealed:
        assert verify()[1] == 0

    redact(person)

    kept = list(person.history.order_by("history_id").values_list("email", "phone"))
    assert kept == [
        ("[removed]", "[removed]"),
        ("[removed]", "[removed]"),
        ("removed@anonymous.invalid", ""),
    ]
    assert person.history.earliest().history_change_reason == "[removed]"
    assert verify()[0]["problems"] == []
    assert verify()[1] == 0


def test_the_database_writes_down_what_left_and_why(person: User) -> None:
    redact(person)

    written = Redaction.objects.get(table=HISTORY, columns__contains=["email"])
    assert written.positions == rows(person)[:2]
    assert (written.rows, written.person, written.reason) == (2, person.pk, WHY)
    assert len(written.digests) == len(written.links) == 2


def test_a_deleted_record_is_redacted_to_its_last_row() -> None:
    from tests.factories.organizations import InvitationFactory

    invitation = InvitationFactory(email="ida@secret.example")
    model, key = type(invitation), invitation.pk
    invitation.delete()
    assert verify()[1] == 0

    with redacting(person=invitation.organization_id, reason=WHY):
        assert redact_records(model, [key]) == 2

    assert verify()[0]["problems"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_historicaluser SET email = '', phone = '', first_name = '', last_name = '',"
        " avatar = '', is_staff = true",
        "UPDATE accounts_historicaluser SET email = 'somebody@else.example'",
        "UPDATE accounts_historicaluser SET email = ''",
        "UPDATE accounts_historicaluser SET history_change_reason = 'Lie'",
        "UPDATE audit_changeset SET actor_id = uuid7()",
        "UPDATE audit_event SET kind = 'export'",
        "UPDATE audit_redaction SET reason = 'Lie'",
        "UPDATE audit_sealblock SET digest = ''",
        "DELETE FROM audit_redaction",
    ],
    ids=[
        "another column",
        "another value",
        "a part",
        "a reason",
        "an actor",
        "a kind",
        "a redaction",
        "a seal",
        "its record",
    ],
)
def test_nothing_but_blanking_is_let_through(person: User, statement: str) -> None:
    redact(UserFactory(email="eve@secret.example"))
    verify()

    with (
        pytest.raises(DatabaseError),
        redacting(person=person.pk, reason=WHY),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert verify()[1] == 0


def test_without_a_reason_even_blanking_is_refused(person: User) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        redact_records(User, [person.pk])


class TestAfterwards:
    @pytest.fixture(autouse=True)
    def _redacted(self, person: User) -> None:
        assert verify()[1] == 0
        redact(person)
        assert verify()[1] == 0

    def test_an_edited_row_is_found(self, person: User, as_superuser: Hand) -> None:
        edited = rows(person)[0]
        as_superuser(f"UPDATE {HISTORY} SET is_staff = true WHERE history_id = {edited}")

        assert ("edited", HISTORY, edited) in found(verify()[0])

    def test_data_put_back_is_found(self, person: User, as_superuser: Hand) -> None:
        edited = rows(person)[0]
        as_superuser(f"UPDATE {HISTORY} SET email = 'eve@x.example' WHERE history_id = {edited}")

        assert ("redaction", HISTORY, edited) in found(verify()[0])

    def test_a_removed_redaction_is_found(self, person: User, as_superuser: Hand) -> None:
        as_superuser("DELETE FROM audit_redaction")

        kinds = {kind for kind, _, _ in found(verify()[0])}
        assert "removed" in kinds
        assert kinds & {"edited", "broken"}


class TestForged:
    """Somebody edits a sealed row and writes a redaction that would explain it."""

    @pytest.fixture
    def victim(self) -> User:
        victim = UserFactory(email="eve@secret.example")
        victim.is_verified = True
        victim.save()
        assert verify()[1] == 0
        return victim

    def forge(self, victim: User, as_superuser: Hand, edit: str, position: str = "") -> None:
        row = rows(victim)[0]
        digest = (
            "(SELECT digests[array_position(positions, {row})] FROM audit_sealblock"
            f" WHERE \"table\" = '{HISTORY}' AND {{row}} = ANY(positions))"
        ).format(row=row)
        as_superuser(
            f"UPDATE {HISTORY} SET {edit} WHERE history_id = {row}",
            f"""INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,
            person, reason, change_set_id, database_role)
            SELECT {position or "nextval('audit_position')"}, now(),
            '{HISTORY}', ARRAY['email', 'phone', 'first_name', 'last_name', 'avatar'], 1,
            ARRAY[{row}], ARRAY[{digest}], ARRAY[NULL::bigint], NULL, 'Forged', uuid7(), 'me'""",
        )

    def test_it_explains_no_other_column(self, victim: User, as_superuser: Hand) -> None:
        self.forge(victim, as_superuser, "is_superuser = true")

        problems = found(verify()[0])

        assert ("edited", HISTORY, rows(victim)[0]) in problems

    def test_it_explains_no_other_address(self, victim: User, as_superuser: Hand) -> None:
        self.forge(victim, as_superuser, "email = 'other@secret.example'")

        kinds = {kind for kind, _, position in found(verify()[0]) if position == rows(victim)[0]}
        assert {"edited", "redaction"} <= kinds

    def test_it_cannot_be_slipped_in_among_what_was_sealed(
        self, victim: User, as_superuser: Hand
    ) -> None:
        UserFactory()
        verify()
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_position - 1 FROM audit_seal ORDER BY id DESC LIMIT 1")
            (position,) = cursor.fetchone()
        self.forge(victim, as_superuser, "email = ''", str(position))

        assert ("inserted", "audit_redaction", position) in found(verify()[0])
