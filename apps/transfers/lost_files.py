"""Files of colleagues that are deleted because they contain a person whose data was removed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.core.mail import EmailMessage

from apps.accounts.models import User
from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind, mail_queue
from apps.core.uuid7 import uuid7
from apps.transfers.models import ExportRun, Upload

_SUBJECT = "One of your files was deleted"
_BODY = """A person's data was removed at their request. It was in these files:

{files}

The files were deleted, including other people's rows in them. Nothing else changed.
Export again if you still need a file. Imported records are kept.
"""


@dataclass(frozen=True)
class FileGone:
    """A stored file that is deleted: its description and its owner."""

    what: str
    owner: User | None

    @classmethod
    def of_export(cls, export: ExportRun) -> Self:
        rows = f", {export.rows:,} rows" if export.rows else ""
        return cls(f"export {export.pk} ({export.filename}{rows})", export.user)

    @classmethod
    def of_upload(cls, upload: Upload) -> Self:
        return cls(f"the uploaded file {upload.name}", upload.user)

    @property
    def sentence(self) -> str:
        owner = f" of {self.owner}" if self.owner else ""
        return f"{self.what[:1].upper()}{self.what[1:]}{owner}"

    @property
    def mail_sentence(self) -> str:
        return " They get an e-mail about it." if self.owner and self.owner.is_active else ""


def notify_owners(files: Iterable[FileGone]) -> None:
    """Notify each owner which of their files were deleted, and why. The caller holds the transaction."""
    by_owner: dict[Any, list[str]] = defaultdict(list)
    for file in files:
        if file.owner is not None and file.mail_sentence:
            by_owner[file.owner].append(f"- {file.what}")
    for owner, lines in by_owner.items():
        mail_queue(FILES_DELETED, str(uuid7()), owner=str(owner.pk), files="\n".join(lines))


def _build(mail: QueuedMail) -> EmailMessage | None:
    # It does not contain the person's name: the e-mail would keep what is removed.
    owner = User.objects.get(pk=mail.arguments["owner"])
    if not owner.is_active:
        return None
    body = _BODY.format(files=mail.arguments["files"])
    return EmailMessage(subject=_SUBJECT, body=body, to=[owner.email])


FILES_DELETED = mail_kind("files deleted", MailKind(_build))
