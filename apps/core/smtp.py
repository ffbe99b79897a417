"""Django's SMTP backend for many mails over one connection. It also knows how far each mail came.

- `UncertainMailError`: the server had the whole mail and did not answer.
- `ServerAwayError`: no connection; this mail had no part in it, and the next one would fare no better.
- A mail's `before_end` is called when the server has everything but the final dot.
- A connection that the server dropped between two mails is opened again.
"""

import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from smtplib import SMTP
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

_END = b"\r\n.\r\n"
# "The service is not available": the server is about to close the connection.
_CLOSING = 421
_GOODBYE_SECONDS = 1.0


class UncertainMailError(Exception):
    """The server received the whole e-mail, but its answer never came: it may be sent, or not.

    Deliberately not an `OSError`: what is retried after a network error must not be retried here.
    """


class ServerAwayError(OSError):
    """The mail server could not be reached, or refused to talk to us at all."""


class _Watched:
    """Calls `before_end` before the end of the data is sent; after it, the server may accept the e-mail."""

    was_given = False
    before_end: Callable[[], object] | None = None
    _in_data = False

    def data(self, msg: Any) -> Any:
        self._in_data = True
        try:
            return super().data(msg)  # type: ignore[misc]
        finally:
            self._in_data = False

    def send(self, s: Any) -> None:
        if self._in_data and isinstance(s, bytes) and s.endswith(_END):
            super().send(s[: -len(_END)])  # type: ignore[misc]
            if self.before_end is not None:
                self.before_end()
            self.was_given = True
            s = _END
        super().send(s)  # type: ignore[misc]


class _SMTP(_Watched, smtplib.SMTP):
    pass


class _SMTPOverTLS(_Watched, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    # Other backends do not know `before_end`; see `Delivery.deliver`.
    calls_before_end = True
    # How many mails went over the current connection.
    _used = 0
    # Somebody ended the wait for the server: this process is to stop.
    is_aborted = False

    @property
    def connection_class(self) -> Any:
        return _SMTPOverTLS if self.use_ssl else _SMTP

    def open(self) -> bool | None:
        try:
            is_new: bool | None = super().open()
        except OSError as error:
            raise ServerAwayError(
                f"The mail server could not be reached: {type(error).__name__}: {error}"
            ) from error
        if is_new:
            self._used = 0
        return is_new

    def _send(self, email_message: EmailMessage) -> bool:
        try:
            return self._send_once(email_message)
        except (OSError, smtplib.SMTPException) as error:
            if self.is_aborted or not self._used or not _has_closed(error):
                raise
        # Servers close a connection after some time or some mails. This mail was not given.
        self._abandon()
        self.open()
        return self._send_once(email_message)

    def _send_once(self, email_message: EmailMessage) -> bool:
        connection: Any = self.connection
        connection.was_given = False
        connection.before_end = getattr(email_message, "before_end", None)
        try:
            is_sent = bool(super()._send(email_message))  # type: ignore[misc]
        except Exception as error:
            is_given, code = connection.was_given, answer_of(error)
            if code and code != _CLOSING:
                self._reset()
            else:
                self._abandon()
            if code or not is_given:
                raise
            raise UncertainMailError(
                "The mail server received the whole e-mail and did not confirm it. "
                "It may have been sent."
            ) from error
        self._used += 1
        return is_sent

    def abort(self) -> None:
        """Let the wait for the server fail now. Called from another thread."""
        self.is_aborted = True
        sock: Any = getattr(self.connection, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        """End the server's transaction, so that the next mail may use the connection."""
        connection: Any = self.connection
        try:
            connection.rset()
        except (OSError, smtplib.SMTPException):
            self._abandon()

    def _abandon(self) -> None:
        """Close the connection without a goodbye."""
        if self.connection is not None:
            with suppress(OSError):
                self.connection.close()
            self.connection = None

    def _close_connection(self, connection: SMTP) -> None:
        # A failed goodbye does not make an accepted e-mail a failure, and is not waited for.
        sock: Any = connection.sock
        if sock is not None:
            sock.settimeout(min(sock.gettimeout() or _GOODBYE_SECONDS, _GOODBYE_SECONDS))
        try:
            super()._close_connection(connection)  # type: ignore[misc]
        except (OSError, smtplib.SMTPException):
            connection.close()


def answer_of(error: BaseException) -> int:
    """Return the code with which the server refused a mail: 4xx or 5xx, or 0 if it gave none."""
    codes: list[int] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [int(code) for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [int(error.smtp_code)]
    return max((code for code in codes if 400 <= code < 600), default=0)


def _has_closed(error: Exception) -> bool:
    """Return whether the connection ended before the mail was given."""
    if isinstance(error, ServerAwayError):
        return False
    return answer_of(error) in (0, _CLOSING)
