"""Django's PostgreSQL backend, with the audit context sent once per transaction.

The place is the psycopg cursor, because every statement passes it: the ORM's, raw SQL, `copy()`,
`executemany`, and those of a psycopg connection that somebody took out of Django's.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from weakref import ref

from django.db.backends.postgresql import base
from psycopg import Copy, sql
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.pq import TransactionStatus

from apps.audit import context
from apps.audit.postgresql.connection import Connection
from apps.core import database_signals
from apps.core.read_only import refusal
from apps.core.statement_timeout import wanted_seconds

# Statements that may write, and may run in an open transaction.
_WRITES = re.compile(
    r"(\s|--[^\n]*\n|/\*.*?\*/)*\(*\s*(INSERT|UPDATE|DELETE|MERGE|WITH|COPY|TRUNCATE|DO|EXECUTE)\b",
    re.IGNORECASE | re.DOTALL,
)
_BOUNDARY = re.compile(
    r"\s*(ROLLBACK|COMMIT|BEGIN|END|ABORT|START|SAVEPOINT|RELEASE)\b", re.IGNORECASE
)
# Statements that must be the first of their transaction.
_SETTING = re.compile(r"\s*(SET|SHOW|RESET)\b", re.IGNORECASE)
_OPEN = (TransactionStatus.IDLE, TransactionStatus.INTRANS)
_UNSENT = object()
# How often the server checks during a statement whether its client still exists.
_LOOK_FOR_CLIENT = "1s"


class Cursor(base.Cursor):
    """A cursor that sends the audit context before the first write of a transaction."""

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Any:
        try:
            return self._execute(query, params, **kwargs)
        except ReadOnlySqlTransaction as error:
            raise refusal(error) from error

    def _execute(self, query: Any, params: Any = None, **kwargs: Any) -> Any:
        text = query if isinstance(query, str) else self._text(query)
        status = self._conn.info.transaction_status
        if status == TransactionStatus.IDLE:
            self._conn.audit_sent = _UNSENT
        if _BOUNDARY.match(text):
            self._conn.audit_sent = _UNSENT
            database_signals.boundary_passed(self._conn)
        elif status == TransactionStatus.IDLE and self._conn.autocommit:
            if _WRITES.match(text) and (statement := self._statement()):
                if params is not None:
                    statement = statement.replace("%", "%%")
                super().execute(f"{statement}; {text}", params, **kwargs)
                self.nextset()
                return self
        elif status in _OPEN and not _SETTING.match(text):
            self._send(may_resolve=bool(_WRITES.match(text)))
        return super().execute(query, params, **kwargs)

    def executemany(self, query: Any, params_seq: Iterable[Any], **kwargs: Any) -> None:
        try:
            with self._in_transaction():
                super().executemany(query, params_seq, **kwargs)
        except ReadOnlySqlTransaction as error:
            raise refusal(error) from error

    @contextmanager
    def copy(self, statement: Any, params: Any = None, **kwargs: Any) -> Iterator[Copy]:
        try:
            with self._in_transaction(), super().copy(statement, params, **kwargs) as copy:
                yield copy
        except ReadOnlySqlTransaction as error:
            raise refusal(error) from error

    @contextmanager
    def _in_transaction(self) -> Iterator[None]:
        if self._conn.info.transaction_status == TransactionStatus.IDLE:
            self._conn.audit_sent = _UNSENT
            if self._conn.autocommit:
                with self._conn.transaction():
                    self._send()
                    yield
                return
        self._send()
        yield

    def _send(self, *, may_resolve: bool = True) -> None:
        if not context.can_read_settings(may_resolve=may_resolve):
            return
        wanted = context.settings()
        sent = getattr(self._conn, "audit_sent", _UNSENT)
        if wanted is sent or wanted == sent or (wanted is None and sent is _UNSENT):
            return
        with self._conn.cursor() as cursor:
            base.Cursor.execute(cursor, self._select(wanted or context.BLANK))
        self._conn.audit_sent = wanted

    def _statement(self) -> str | None:
        wanted = context.settings() if context.can_read_settings(may_resolve=True) else None
        return self._select(wanted) if wanted else None

    def _select(self, settings: "context.Settings") -> str:
        calls = ", ".join(
            f"set_config('audit.{name}', {sql.quote(value, self._conn)}, true)"
            for name, value in settings._asdict().items()
        )
        return f"SELECT {calls}"

    def _text(self, query: Any) -> str:
        if isinstance(query, bytes):
            return query.decode()
        return query.as_string(self._conn) if isinstance(query, sql.Composable) else str(query)


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend for `DATABASES`."""

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.pool:
            connection = super().get_new_connection(conn_params)
        else:
            self.isolation_level = base.IsolationLevel.READ_COMMITTED
            connection = Connection.connect(**conn_params)
        connection.add_notice_handler(partial(database_signals.signal_received, ref(connection)))
        return connection

    def init_connection_state(self) -> None:
        """Make the server notice at once if this process is killed during a statement.

        Otherwise the statement runs to its end, perhaps for minutes, and keeps its locks, so that
        the next worker could not take over the job.
        """
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            base.Cursor.execute(
                cursor, f"SET client_connection_check_interval = '{_LOOK_FOR_CLIENT}'"
            )
        if not self.get_autocommit():
            self.connection.commit()

    def create_cursor(self, name: str | None = None) -> Any:
        self.apply_statement_timeout()
        return super().create_cursor(name)

    def apply_statement_timeout(self) -> None:
        """Set the statement timeout of the connection's current user, which may differ from the last one's."""
        wanted = wanted_seconds()
        if getattr(self.connection, "statement_timeout_sent", 0) == wanted:
            return
        if self.connection.info.transaction_status not in _OPEN:
            return  # In a failed transaction nothing can be said; its end takes the setting back.
        # Without one of ours, what the role or the database has set holds again.
        text = (
            f"SET statement_timeout = {round(wanted * 1000)}"
            if wanted
            else "RESET statement_timeout"
        )
        with self.connection.cursor() as cursor:
            base.Cursor.execute(cursor, text)
        self.connection.statement_timeout_sent = wanted

    def _forget(self) -> None:
        if self.connection is not None:
            self.connection.audit_sent = _UNSENT

    def _commit(self) -> None:
        self._forget()
        super()._commit()

    def _rollback(self) -> None:
        self._forget()
        self._forget_statement_timeout()
        super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        self._forget_statement_timeout()
        super()._savepoint_rollback(sid)

    def _forget_statement_timeout(self) -> None:
        """A rollback also undoes the setting, if it was made inside the transaction."""
        if getattr(self.connection, "statement_timeout_sent", 0):
            self.connection.statement_timeout_sent = None

    def _set_autocommit(self, autocommit: bool) -> None:
        self._forget()
        database_signals.boundary_passed(self.connection)
        super()._set_autocommit(autocommit)
