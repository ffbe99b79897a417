"""What the address of an endpoint may hold: what the endpoint declares, each once, and nothing else."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request

from apps.core.errors import AddressRefused

DEFAULT_LIMIT, MOST = 50, 200
PAGING = frozenset({"limit", "cursor"})

# Reads the text of a parameter; ValueError for one that it cannot read.
type Reads = Callable[[str], Any]


def one_of(choices: type[Any]) -> Reads:
    """Read one of the values of a `TextChoices`."""
    return lambda text: choices(text).value


def read(request: Request, declared: Mapping[str, Reads]) -> dict[str, Any]:
    """Return the values of the parameters that are given. Raises `AddressRefused`."""
    found = {}
    for name, texts in request.query_params.lists():
        if name not in declared:
            raise AddressRefused(f"This address takes no parameter “{name[:60]}”.")
        if len(texts) != 1:
            raise AddressRefused(f"“{name}” is given several times.")
        if "\x00" in texts[0]:
            raise AddressRefused(f"“{name}” contains a NUL character.")
        try:
            found[name] = declared[name](texts[0])
        except ValueError as error:
            raise AddressRefused(f"“{name}” can't have this value.") from error
    return found


def limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise ValueError(text)
    return int(text)


def cursor(text: str) -> UUID:
    try:
        return UUID(bytes=base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(text) from error


def page(rows: QuerySet[Any], given: Mapping[str, Any]) -> tuple[list[Any], str | None]:
    """Return one page in the order of the keys, which is that of creation, and where the next begins.

    A page begins behind a key, so that the last one costs what the first does.
    """
    size = given.get("limit", DEFAULT_LIMIT)
    if "cursor" in given:
        rows = rows.filter(pk__gt=given["cursor"])
    found = list(rows.order_by("pk")[: size + 1])
    if len(found) <= size:
        return found, None
    shown = found[:size]
    return shown, base64.urlsafe_b64encode(shown[-1].pk.bytes).decode()
