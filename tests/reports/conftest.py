"""Readers of reports, and a real mail server."""

import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from apps.accounts.models import User
from tests.factories.accounts import StaffFactory


def reader(**fields: Any) -> User:
    """Return staff who may view reports and subscribe to them."""
    user = StaffFactory(**fields)
    user.user_permissions.set(reader_permissions())
    return user


def reader_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        codename__in=["view_report", "subscribe_report", "view_reportrun"]
    )


def permit(user: User, *codenames: str) -> User:
    """Give a user more permissions; return them as the next request reads them."""
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


class Mailbox:
    """Takes every mail but those to addresses that begin with "refused"."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.raw: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name.
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("refused"):
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.raw.append(bytes(envelope.content))
        mail: Any = BytesParser(policy=default).parsebytes(envelope.content)
        self.mails.append((list(envelope.rcpt_tos), mail))
        return "250 OK"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield box
    server.stop()
