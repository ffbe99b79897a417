"""Opens the audit context of each request."""

import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.audit import change_sources, event_kinds
from apps.audit.context import AuditContext, NamedActor, actor_of, layer
from apps.audit.events import record_event
from apps.core.uuid7 import uuid7

# A proxy's request ID is used if it looks like an ID; otherwise a new one is made.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


class AuditMiddleware:
    """Attributes a request's changes to its user, and gives the request an ID.

    The user is read at the first write, so a page without writes costs nothing, and a sign-in
    during the request is seen. `request.real_user` is the impersonator, if there is one. Refusing a
    signed-in person is recorded as an event.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request)
        request.request_id = request_id  # type: ignore[attr-defined]
        with layer(context_of(request, request_id)):
            response = self.get_response(request)
            if response.status_code == HTTPStatus.FORBIDDEN and is_signed_in(request):
                record_event(
                    event_kinds.REFUSED, path=request.get_full_path(), method=str(request.method)
                )
        response.headers["X-Request-ID"] = request_id
        return response


def is_signed_in(request: HttpRequest) -> bool:
    return getattr(request, "user", None) is not None and request.user.is_authenticated


def request_id_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if _REQUEST_ID.match(given) else uuid.uuid4().hex


def context_of(request: HttpRequest, request_id: str) -> AuditContext:
    change_set = uuid7()

    def real_actor() -> NamedActor:
        real: Any = getattr(request, "real_user", None)
        return actor_of(real) if real is not None else NamedActor()

    return AuditContext(
        root=change_set,
        base=change_set,
        # A request that is refused before it has a session also has no user.
        actor=lambda: actor_of(getattr(request, "user", "anonymous")),
        real_actor=real_actor,
        # Django looks `request.user` up once and caches it here.
        is_known=lambda: hasattr(request, "_cached_user"),
        source=getattr(request, "change_source", change_sources.FORM),
        request_id=request_id,
        path=f"{request.method} {request.path}",
        address=request.META.get("REMOTE_ADDR", ""),
    )
