"""`COPY … TO STDOUT`, read in blocks.

For each row, the driver asks the connection again, which takes longer than PostgreSQL takes to
produce it. Here, rows that have already arrived are taken at once, and only later ones are awaited.
"""

from collections.abc import Generator, Iterator
from typing import Any

from psycopg import Cursor, generators
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait

_BLOCK = 64 * 1024


def copied_blocks(
    cursor: Cursor[Any], statement: str, params: list[Any] | None = None
) -> Iterator[tuple[bytes, int]]:
    """Yield what a psycopg cursor's COPY sends, with the number of rows in each block."""
    # If the reader stops early, the driver cancels the statement.
    with cursor.copy(statement, params) as copy:
        connection = copy.connection
        take = connection.pgconn.get_copy_data
        rows: list[memoryview] = []
        size = 0
        while True:
            length, row = take(1)
            if length > 0:
                rows.append(row)
                size += length
                if size > _BLOCK:
                    yield b"".join(rows), len(rows)
                    rows.clear()
                    size = 0
            elif length == 0:
                connection.wait(_more(connection.pgconn))
            else:
                break
        # Otherwise the driver would wait for another row.
        copy._finished = True
        for result in connection.wait(generators.fetch_many(connection.pgconn)):
            if result.status != ExecStatus.COMMAND_OK:
                raise error_from_result(result, encoding=connection.info.encoding)
        yield b"".join(rows), len(rows)


def _more(pgconn: PGconn) -> Generator[Wait, Any]:
    while not (yield Wait.R):
        continue
    pgconn.consume_input()
