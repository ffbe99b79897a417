"""Read-only mode beside open transactions: when it is on, nobody is still writing."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.errors import ReadOnlySqlTransaction, SerializationFailure

from apps.core.errors import DomainError
from apps.flags.models import Switch
from apps.organizations.models import Organization
from tests.at_once import at_once
from tests.factories.organizations import OrganizationFactory
from tests.flags.read_only_mode import turn

pytestmark = pytest.mark.django_db(transaction=True)
RENAME = "UPDATE organizations_organization SET name = 'Pier'"


@pytest.fixture
def other(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A client that knows nothing of the project, as psql does, in a transaction."""
    parameters = {**connection.get_connection_params(), "application_name": "by hand"}
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters) as found:
        yield found
        found.rollback()


@pytest.fixture(autouse=True)
def _organization(transactional_db: None) -> Iterator[None]:
    OrganizationFactory(name="Harbor")
    yield
    turn(False)


def test_a_transaction_that_began_before_and_writes_after_is_refused(
    other: psycopg.Connection,
) -> None:
    other.execute("SELECT 1")
    turn(True)

    with pytest.raises(ReadOnlySqlTransaction):
        other.execute(RENAME)


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_one_that_sees_the_past_is_refused_as_well(other: psycopg.Connection, level: str) -> None:
    other.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
    other.execute("SELECT name FROM organizations_organization")
    turn(True)

    with pytest.raises((SerializationFailure, ReadOnlySqlTransaction)):
        other.execute(RENAME)


def test_a_cursor_reads_on(other: psycopg.Connection) -> None:
    other.execute("DECLARE c CURSOR FOR SELECT name FROM organizations_organization")
    turn(True)

    assert other.execute("FETCH ALL FROM c").fetchall() == [("Harbor",)]
    with pytest.raises(ReadOnlySqlTransaction):
        other.execute(RENAME)


def test_turning_it_on_names_who_still_writes(other: psycopg.Connection, monkeypatch: Any) -> None:
    other.execute(RENAME)
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION read_only_wait() SET lock_timeout = '300ms'")
    try:
        with pytest.raises(DomainError) as refused:
            turn(True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER FUNCTION read_only_wait() SET lock_timeout = '10s'")

    assert f"process {other.info.backend_pid} (by hand), for 0 s" in refused.value.message
    assert not Switch.objects.get(name="read-only").active
    other.commit()
    assert Organization.objects.get().name == "Pier"


def test_turning_it_on_waits_for_a_writer_whose_change_stays(other: psycopg.Connection) -> None:
    other.execute(RENAME)
    ended = threading.Timer(0.5, other.commit)
    ended.start()

    turn(True)

    ended.join()
    assert Organization.objects.get().name == "Pier"
    with pytest.raises(ReadOnlySqlTransaction):
        other.execute("UPDATE organizations_organization SET name = 'Quay'")


def test_two_who_turn_it_on_at_once_agree() -> None:
    assert at_once([lambda: turn(True)] * 2) == ["done", "done"]

    assert Switch.objects.get(name="read-only").active
    assert Switch.history.filter(name="read-only", active=True).count() == 1


def test_under_load_nothing_is_written_between_on_and_off() -> None:
    """Writers go round while the mode is turned on and off, each with a connection of its own."""
    stop, written = threading.Event(), []

    def write(number: int) -> None:
        parameters = {**connection.get_connection_params()}
        for name in ("cursor_factory", "context"):
            parameters.pop(name, None)
        with psycopg.connect(**parameters, autocommit=True) as client:
            while not stop.is_set():
                try:
                    client.execute(
                        "UPDATE organizations_organization SET slug = %s", [f"s-{number}"]
                    )
                    written.append(number)
                except ReadOnlySqlTransaction:
                    time.sleep(0.001)

    writers = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for each in writers:
        each.start()
    try:
        for _ in range(5):
            turn(True)
            before = Organization.history.count()
            time.sleep(0.1)
            assert Organization.history.count() == before
            turn(False)
            time.sleep(0.05)
    finally:
        stop.set()
        for each in writers:
            each.join()
    assert written


def test_a_declared_switch_stays_whatever_the_door(other: psycopg.Connection) -> None:
    for statement in (
        "UPDATE flags_switch SET is_declared = false WHERE name = 'read-only'",
        "DELETE FROM flags_switch WHERE name = 'report-mails'",
        "UPDATE flags_switch SET name = 'other' WHERE name = 'read-only'",
        "UPDATE flags_flag SET is_declared = false WHERE name = 'bulk-import'",
        "TRUNCATE flags_switch CASCADE",
    ):
        with pytest.raises(psycopg.DatabaseError, match=r"declared|pgtrigger|refused"):
            other.execute(statement)
        other.rollback()
