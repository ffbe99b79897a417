"""The demo's mail server: each e-mail is a file under `VAR_DIR`, which a demo page shows."""

import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Message
from pathlib import Path
from time import time_ns
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import timezone

# How many e-mails the list shows, and how many are kept.
KEPT = 500


@dataclass(frozen=True)
class Mail:
    """A stored e-mail. `key` is its file's name without the ending, and its place in the URLs."""

    key: str
    message: Message

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(
            int(self.key.partition("-")[0]) / 10**9, tz=timezone.get_current_timezone()
        )

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def recipients(self) -> str:
        return str(self.message["To"] or "")

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._with_pictures(self._body("html"))

    def _with_pictures(self, html: str) -> str:
        """Show the pictures that travel with the mail, as a mail program does."""
        for part in self.message.walk():
            name = str(part["Content-ID"] or "").strip("<>")
            if name and part.get_content_maintype() == "image":
                content = b64encode(bytes(part.get_content())).decode()
                html = html.replace(
                    f"cid:{name}", f"data:{part.get_content_type()};base64,{content}"
                )
        return html

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


def folder() -> Path:
    place: Path = settings.DEMO_MAIL_DIR
    return place


def newest() -> list[Mail]:
    """Return the stored mails, the newest first."""
    try:
        files = sorted(folder().glob("*.eml"), reverse=True)[:KEPT]
    except OSError:
        return []
    return [mail for file in files if (mail := read(file))]


def find_mail(key: str) -> Mail | None:
    return read(folder() / f"{key}.eml")


def all_files() -> list[Path]:
    """Return every stored e-mail, including half-written ones."""
    place = folder()
    return [*place.glob("*.eml"), *place.glob("*.part")]


def read(file: Path) -> Mail | None:
    try:
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
    except OSError:
        return None
    assert isinstance(message, Message)  # noqa: S101
    return Mail(file.stem, message)


class EmailBackend(BaseEmailBackend):
    """Stores mails, and prints a line with the address of each."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder().mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            key = f"{time_ns():020d}-{uuid4().hex[:8]}"
            part = folder() / f"{key}.part"
            part.write_bytes(email.message().as_bytes())
            part.rename(part.with_suffix(".eml"))
            address = f"{settings.SITE_URL}{reverse('demo_mail', args=[key])}"
            print(  # noqa: T201
                f"Mail to {', '.join(email.recipients())}: “{email.subject}” {address}",
                file=sys.stderr,
                flush=True,
            )
        for old in sorted(folder().glob("*.eml"), reverse=True)[KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)
