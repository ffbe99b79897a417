"""A write that is sent again with the same `Idempotency-Key` is done once.

The key is inserted in the transaction of the write. A second request with it waits at the unique index until
the first has committed, and then answers as that did; if the first was rolled back, the second is the first.
A refused write has changed nothing, so its key is not kept.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from apps.api.models import IdempotentRequest, ServiceAccount
from apps.core.errors import DomainError

KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")


class KeyReused(DomainError):  # noqa: N818  It is a refusal.
    """Raised for a key that was used for another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True)
class Attempt:
    """One request with a key; `done` is the record that an earlier one has written."""

    row: int
    done: UUID | None


def begin(request: Request, account: ServiceAccount) -> Attempt | None:
    """Take the request's key, in the caller's transaction; None for a request without one."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        raise ParseError
    digest = _digest(request)
    IdempotentRequest.objects.filter(
        account=account, key=key, created_at__lt=timezone.now() - KEPT_FOR
    ).delete()
    row = _inserted(account, key, digest)
    if row is not None:
        return Attempt(row, None)
    first = IdempotentRequest.objects.get(account=account, key=key)
    if first.digest != digest:
        raise KeyReused("This Idempotency-Key was used for another request. Use a new one.")
    return Attempt(first.pk, first.record_id)


def finish(attempt: Attempt | None, record: UUID) -> None:
    if attempt is not None:
        IdempotentRequest.objects.filter(pk=attempt.row).update(record_id=record)


def idempotent_requests_prune() -> int:
    """Delete keys that are older than a day; return how many."""
    old = IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]


def _digest(request: Request) -> str:
    whole = hashlib.sha256(f"{request.method} {request._request.path}\n".encode())
    whole.update(request._request.body)
    return whole.hexdigest()


def _inserted(account: ServiceAccount, key: str, digest: str) -> int | None:
    table = connection.ops.quote_name(IdempotentRequest._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (account_id, key, digest) VALUES (%s, %s, %s)"  # noqa: S608
            " ON CONFLICT (account_id, key) DO NOTHING RETURNING id",
            [account.pk, key, digest],
        )
        row: Any = cursor.fetchone()
    return int(row[0]) if row else None
