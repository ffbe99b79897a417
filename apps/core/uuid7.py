"""UUID version 7: keys that grow with time, so that inserts stay local in an index."""

import secrets
import time
import uuid

from django.db.models import Func, UUIDField


def uuid7() -> uuid.UUID:
    """Return a new version 7 UUID (RFC 9562): 48 bits of Unix milliseconds, then randomness."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


class UUID7(Func):
    """The same from the database: the SQL function `uuid7()`, created by core's first migration."""

    function = "uuid7"
    arity = 0
    output_field = UUIDField()


def as_uuid(text: str) -> uuid.UUID | None:
    """Return a text as a UUID, or None if it is not one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
