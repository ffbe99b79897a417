"""What COPY sends arrives whole; who stops half-way, or meets an error, leaves a usable connection."""

import psycopg
import pytest
from django.db import connection, transaction

from apps.transfers.engine.export.copy_blocks import copied_blocks

pytestmark = pytest.mark.django_db

NUMBERS = "COPY (SELECT n FROM generate_series(1, 100000) n) TO STDOUT (FORMAT csv)"


def test_every_row_arrives_once_in_order() -> None:
    with connection.cursor() as cursor:
        blocks = list(copied_blocks(cursor.cursor, NUMBERS, []))
    assert len(blocks) > 1
    assert sum(rows for _, rows in blocks) == 100_000
    assert b"".join(block for block, _ in blocks).split() == [b"%d" % n for n in range(1, 100_001)]


def test_no_row_is_an_empty_block() -> None:
    statement = "COPY (SELECT 1 WHERE %s) TO STDOUT"
    with connection.cursor() as cursor:
        assert list(copied_blocks(cursor.cursor, statement, [False])) == [(b"", 0)]


def test_who_stops_half_way_can_go_on_with_the_connection() -> None:
    with connection.cursor() as cursor:
        blocks = copied_blocks(cursor.cursor, NUMBERS, [])
        with transaction.atomic():
            next(blocks)
            transaction.set_rollback(True)
            blocks.close()
        cursor.execute("SELECT 7")
        assert cursor.fetchone() == (7,)


def test_an_error_on_the_way_is_raised() -> None:
    statement = "COPY (SELECT 1 / (50000 - n) FROM generate_series(1, 100000) n) TO STDOUT"
    with connection.cursor() as cursor:
        with pytest.raises(psycopg.errors.DivisionByZero), transaction.atomic():
            list(copied_blocks(cursor.cursor, statement, []))
        cursor.execute("SELECT 7")
        assert cursor.fetchone() == (7,)
