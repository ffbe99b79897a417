"""Personal data in the demo's mailbox: e-mails to a person, and e-mails that name them."""

import io
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from apps.accounts.anonymization.person import Person
from apps.accounts.anonymization.registry import ERASURE_HANDLERS, ErasureHandler
from apps.backoffice.demo.mailbox import all_files, read
from apps.core.sending import after_commit


def _preview(person: Person) -> Iterator[str]:
    if found := _mails(person):
        mails = "1 mail" if len(found) == 1 else f"{len(found):,} mails"
        yield f"{mails} of the demo to or about this person deleted."


def _erase(person: Person) -> dict[str, int]:
    found = _mails(person)
    for file in found:
        # Delete files last: a rollback would not restore them.
        after_commit(partial(file.unlink, missing_ok=True))
    return {"mails": len(found)}


def _mails(person: Person) -> list[Path]:
    return [
        file for file in all_files() if (mail := read(file)) and _is_in_mail(mail.message, person)
    ]


def _is_in_mail(message: EmailMessage, person: Person) -> bool:
    head = "\n".join(str(value) for value in message.values())
    parts = [head.encode(), *(_content(part) for part in message.walk() if not part.is_multipart())]
    return any(person.is_in_file(io.BytesIO(part), by_name=True) for part in parts)


def _content(part: EmailMessage) -> bytes:
    """Return the decoded text of a part."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return b""
    if part.get_content_maintype() != "text":
        return content
    return content.decode(part.get_content_charset("utf-8"), "replace").encode()


ERASURE_HANDLERS.add(ErasureHandler("demo mails", erase=_erase, preview=_preview))
