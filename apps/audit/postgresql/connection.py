"""Connections that do not wait forever; during a request, `apps.core.availability` sets the limits."""

import time
from collections.abc import Generator
from typing import Any, Self

from django.conf import settings
from psycopg import Connection as PsycopgConnection
from psycopg import OperationalError, errors
from psycopg.pq import ConnStatus

from apps.core import availability


class Connection(PsycopgConnection[Any]):
    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Self:
        """Connect; outside of a request, wait for a database that is restarting."""
        if availability.is_refused():
            raise OperationalError("The database did not answer a moment ago.")
        begun = time.monotonic()
        patience = 0 if availability.current() else settings.DATABASE_PATIENCE_SECONDS
        while True:
            try:
                return super().connect(*args, **kwargs)
            except OperationalError:
                waited = time.monotonic() - begun
                if waited >= patience:
                    availability.note_unavailable(waited=waited)
                    raise
                time.sleep(0.25)

    @classmethod
    def _connect_gen(cls, *args: Any, **kwargs: Any) -> Generator[Any, Any, Self]:
        """Limit the wait for a server that accepts the connection and then is silent.

        psycopg's own limit is at least two seconds. It asks this generator at short intervals.
        """
        connecting = super()._connect_gen(*args, **kwargs)
        if availability.current() is None:
            return (yield from connecting)
        until = time.monotonic() + availability.CONNECT_SECONDS
        try:
            wanted = next(connecting)
            while True:
                ready = yield wanted
                if time.monotonic() > until:
                    connecting.close()
                    raise errors.ConnectionTimeout("connection timeout expired")
                wanted = connecting.send(ready)
        except StopIteration as done:
            connection: Self = done.value
            return connection

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        limits = availability.current()
        if limits is None:
            return super().wait(gen, interval, timeout)
        begun = time.monotonic()
        try:
            if timeout is None and not limits.is_pinging:
                gen = self._watched(gen)
            return super().wait(gen, interval, timeout or limits.statement_seconds)
        except OperationalError as error:
            is_silent = isinstance(error, errors._WaitTimeout) and timeout is None
            if is_silent:
                # A later answer would belong to an abandoned query.
                self.close()
            # A connection that fails its ping is from before a restart; a new one will show.
            if not limits.is_pinging and (is_silent or self.pgconn.status != ConnStatus.OK):
                availability.note_unavailable(waited=time.monotonic() - begun)
            raise

    def _watched(self, gen: Any) -> Generator[Any, Any, Any]:
        """Limit the wait for a server that becomes silent during a request.

        A slow statement looks the same, so a new connection is tried: a live server accepts or
        refuses it, and then a slow statement continues.
        """
        ask_at = time.monotonic() + availability.PATIENCE_SECONDS
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > ask_at:
                    if not self._server_answers():
                        gen.close()
                        raise errors._WaitTimeout("the server answers nobody")
                    ask_at = time.monotonic() + 2 * availability.PATIENCE_SECONDS
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _server_answers(self) -> bool:
        if availability.is_refused():
            return False
        try:
            self._connect_again(**self.info.get_parameters(), password=self.info.password)
        except errors.ConnectionTimeout:
            return False
        except OperationalError:
            return True
        return True

    @classmethod
    def _connect_again(cls, **parameters: Any) -> None:
        """Connect as `connect` does, but record nothing: a refusal is also an answer."""
        super().connect(**parameters).close()
