"""The base of endpoints that write: through a service, once, and on what the program has read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import bodies, idempotency
from apps.api.throttles import READS, WRITES, Throttle
from apps.api.versions import etag
from apps.api.views import Endpoint
from apps.core.admin.reason import REASON_LENGTH
from apps.core.constraints import refusals_in_words


@dataclass(frozen=True)
class Write:
    """What one address takes beside reading: the method, the permission, and the fields of the body."""

    method: str
    permission: str
    fields: type[serializers.Serializer] | None = None
    status: int = 200


class WriteEndpoint(Endpoint):
    """A write in one transaction with its idempotency key: both stay, or neither does.

    `perform` calls the service and returns the key of the record; `answer` shows that record as it is now,
    also to a request that is sent again.
    """

    write: ClassVar[Write]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        reads = ["get", "head"] if hasattr(cls, "get") else []
        cls.http_method_names = [*reads, cls.write.method]

    def permission_for(self, method: str) -> str:
        return self.write.permission if self._is_write(method) else super().permission_for(method)

    def throttle_for(self, method: str) -> Throttle:
        return WRITES if self._is_write(method) else READS

    def post(self, request: Request, **kwargs: object) -> Response:
        return self._written(request)

    def patch(self, request: Request, **kwargs: object) -> Response:
        return self._written(request)

    def perform(self, values: dict[str, Any], reason: str) -> UUID:
        """Call the service, inside the transaction."""
        raise NotImplementedError

    def answer(self, key: UUID) -> tuple[Mapping[str, Any], Model | None]:
        """Return what is shown of the record, and the record where it has a version."""
        record = self.one(pk=key)
        return self.serializer(record).data, record

    def _written(self, request: Request) -> Response:
        values = bodies.read(request, self.write.fields)
        reason = _text_of(request.headers.get("X-Reason", ""))[:REASON_LENGTH]
        with transaction.atomic(), refusals_in_words():
            attempt = idempotency.begin(request, self.actor.account)
            key = attempt.done if attempt else None
            is_replayed = key is not None
            if key is None:
                key = self.perform(values, reason)
                idempotency.finish(attempt, key)
                # An error at the commit would come too late to be told in words.
                connection.check_constraints()
        shown, record = self.answer(key)
        response = Response(shown, status=self.write.status)
        if record is not None:
            response.headers["ETag"] = etag(record)
        if is_replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    def _is_write(self, method: str) -> bool:
        return method.lower() == self.write.method


def _text_of(header: str) -> str:
    """Return a header's text: programs send UTF-8, which WSGI hands on as if it were Latin-1."""
    try:
        return header.encode("latin-1").decode().strip()
    except UnicodeError:
        return header.strip()
