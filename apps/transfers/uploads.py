"""Uploaded files: stored, verified before use, deleted in time."""

import hashlib
import re
import unicodedata
from datetime import timedelta
from pathlib import Path, PurePath
from typing import Any

from django.core.files.base import File
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.core.failures import NO_ROOM, is_out_of_space
from apps.core.uuid7 import uuid7
from apps.transfers.models import Upload
from apps.transfers.models.uploads import private_storage
from apps.transfers.reading.limits import MAX_BYTES

KEPT_FOR = timedelta(days=30)
_BLOCK = 1 << 20


def safe_name(name: str) -> str:
    """Return a file name fit to show and to offer: no path, no control or direction characters."""
    name = PurePath(name.replace("\\", "/")).name
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    name = re.sub(r'[<>:"|?*]', "", name).strip(". ")
    if len(name) > 150:
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[:140]}{dot}{extension[:9]}" if dot else name[:150]
    return name or "upload"


def upload_create(*, file: File, name: str, actor: Actor) -> Upload:
    """Store a file under a new ID and hash it meanwhile. Raises DomainError for its size."""
    digest, size = hashlib.sha256(), 0

    class Hashing:
        """Passes blocks through to the storage, counts and hashes them."""

        def chunks(self, chunk_size: int | None = None) -> Any:
            nonlocal size
            for block in file.chunks(_BLOCK):
                size += len(block)
                if size > MAX_BYTES:
                    raise DomainError(
                        f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it into several."
                    )
                digest.update(block)
                yield block

    if file.size == 0:
        raise DomainError("The file is empty.")
    key = uuid7()
    storage = private_storage()
    wrapped = File(file.file, name=str(key))
    wrapped.chunks = Hashing().chunks  # type: ignore[method-assign]
    try:
        path = storage.save(f"uploads/{key}", wrapped)
        return Upload.objects.create(
            id=key,
            name=safe_name(name),
            size=size,
            sha256=digest.hexdigest(),
            path=path,
            expires_at=timezone.now() + KEPT_FOR,
            user=user_or_none(actor),
        )
    except BaseException as error:
        # An incomplete file is useless, and nothing would ever delete one without a row.
        storage.delete(f"uploads/{key}")
        if is_out_of_space(error):
            raise DomainError(NO_ROOM) from None
        raise


def upload_verify(upload: Upload) -> None:
    """Raise DomainError unless the stored file is still what was uploaded."""
    storage = private_storage()
    if upload.is_gone or not storage.exists(upload.path):
        raise DomainError(f"The file {upload.name} is no longer stored. Upload it again.")
    with storage.open(upload.path) as file:
        if _sha256(file) != upload.sha256:
            raise DomainError(
                f"The stored file {upload.name} differs from what was uploaded. Upload it again."
            )


def _sha256(file: File) -> str:
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def uploads_clean_up() -> int:
    """Delete the files whose retention time is over; return how many. Their rows stay."""
    count = 0
    storage = private_storage()
    for upload in Upload.objects.filter(deleted_at=None, expires_at__lt=timezone.now()):
        storage.delete(upload.path)
        upload.deleted_at = timezone.now()
        upload.save(update_fields=["deleted_at"])
        count += 1
    return count


def private_path(upload: Upload) -> Path:
    return Path(private_storage().path(upload.path))
