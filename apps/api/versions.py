"""The version of a record, as `ETag`: whether it still is what the program has read."""

from django.db.models import Model
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from apps.core.admin.editing.seen_record import state_digest


class PreconditionRequired(APIException):
    status_code = 428


class PreconditionFailed(APIException):
    status_code = 412


def etag(record: Model) -> str:
    return f'"{state_digest(record)}"'


def require_match(request: Request, record: Model) -> None:
    """Refuse a write of a record that changed since it was read. The caller has locked the record."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired
    if given.strip() != etag(record):
        raise PreconditionFailed
