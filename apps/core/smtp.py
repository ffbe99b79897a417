"""Django's SMTP backend, which also reports that a mail server may have accepted an e-mail without
answering.
"""

import smtplib
from smtplib import SMTP
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp


class UncertainMailError(Exception):
    """The server received the whole e-mail, but its answer never came: it may be sent, or not.

    Deliberately not an `OSError`: what is retried after a network error must not be retried here.
    """


class _Watched:
    """Records when the end of the data is about to be sent: from then on, the server may accept the e-mail."""

    was_given = False
    _in_data = False

    def data(self, msg: Any) -> Any:
        self._in_data = True
        try:
            return super().data(msg)  # type: ignore[misc]
        finally:
            self._in_data = False

    def send(self, s: Any) -> None:
        end = b"\r\n.\r\n"
        if self._in_data and isinstance(s, bytes) and s.endswith(end):
            super().send(s[: -len(end)])  # type: ignore[misc]
            self.was_given = True
            s = end
        super().send(s)  # type: ignore[misc]


class _SMTP(_Watched, smtplib.SMTP):
    pass


class _SMTPOverTLS(_Watched, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> Any:
        return _SMTPOverTLS if self.use_ssl else _SMTP

    def _send(self, email_message: EmailMessage) -> bool:
        connection: Any = self.connection
        connection.was_given = False
        try:
            return bool(super()._send(email_message))  # type: ignore[misc]
        except smtplib.SMTPResponseException:
            raise  # The server answered: it did not take the mail.
        except Exception as error:
            if not connection.was_given or isinstance(error, smtplib.SMTPRecipientsRefused):
                raise
            raise UncertainMailError(
                "The mail server accepted the e-mail without confirming it. It may have been sent."
            ) from error

    def _close_connection(self, connection: SMTP) -> None:
        # A failed goodbye does not make an accepted e-mail a failure.
        try:
            super()._close_connection(connection)  # type: ignore[misc]
        except (OSError, smtplib.SMTPException):
            connection.close()
