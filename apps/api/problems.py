"""Refusals as RFC 9457 problem details: a stable code, a sentence, the fields, and the request's ID."""

import logging
from http import HTTPStatus

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions

from apps.core.approvals import ApprovalNeeded
from apps.core.errors import DomainError, MissingPermission
from apps.core.read_only import ReadOnlyError, retry_seconds
from apps.core.statement_timeout import was_cut

CONTENT_TYPE = "application/problem+json"

logger = logging.getLogger(__name__)

# The codes by status; a refusal with a code of its own says so below.
CODES = {
    400: ("bad_request", "The request can't be read."),
    401: ("not_authenticated", "Send a key: “Authorization: Bearer qd_…”."),
    403: ("forbidden", "This key may not do this."),
    404: ("not_found", "There is nothing at this address, or this key doesn't see it."),
    405: ("method_not_allowed", "This address doesn't take this method."),
    406: ("not_acceptable", "This address answers with application/json."),
    409: ("conflict", "This can't be done as things are now."),
    412: ("changed", "This record changed after you read it. Read it again."),
    413: ("too_large", "The request is too large."),
    415: ("unsupported_media_type", "Send application/json."),
    428: ("version_needed", "Send the ETag of the record, as you read it, in “If-Match”."),
    429: ("throttled", "Too many requests. Try again later."),
    500: ("server_error", "Something went wrong here. The request ID helps us find it."),
    503: ("unavailable", "The service is not available. Try again in a moment."),
}


def problem(
    request: HttpRequest, status: int, *, code: str = "", detail: str = "", **more: object
) -> JsonResponse:
    usual = CODES.get(status) or CODES[400 if status < 500 else 500]
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or usual[0],
        "detail": detail or usual[1],
        "request_id": getattr(request, "request_id", ""),
        **more,
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def problem_of(error: Exception, request: HttpRequest) -> JsonResponse:
    """Return the problem for whatever a view raised. The unexpected is logged, and says nothing."""
    match error:
        case exceptions.Throttled():
            answer = problem(request, 429)
            answer.headers["Retry-After"] = str(int(error.wait or 1))
            return answer
        case exceptions.APIException():
            return _of_framework(error, request)
        case MissingPermission():
            detail = f"This key needs the permission {error.permission}, and so does its maker."
            more = {"permission": error.permission}
            return problem(request, 403, code="missing_permission", detail=detail, **more)
        case PermissionDenied():
            return problem(request, 403, detail=getattr(error, "message", ""))
        case Http404():
            return problem(request, 404)
        case BadRequest():
            return problem(request, 400, detail=getattr(error, "message", ""))
        case SuspiciousOperation():
            return problem(request, 400)
        case ApprovalNeeded():
            return problem(request, 409, code="approval_needed", detail=error.message)
        case ReadOnlyError():
            answer = problem(request, 503, code="read_only", detail=error.message)
            answer.headers["Retry-After"] = str(retry_seconds())
            return answer
        case DomainError():
            code = getattr(error, "code", "refused")
            return problem(request, 409, code=code, detail=error.message)
    if was_cut(error):
        logger.warning("A statement timed out at %s", request.path, exc_info=error)
        return problem(
            request, 503, code="took_too_long", detail="This took too long. Ask for less."
        )
    logger.error("Internal Server Error: %s", request.path, exc_info=error)
    return problem(request, 500)


def _of_framework(error: exceptions.APIException, request: HttpRequest) -> JsonResponse:
    status = int(error.status_code)
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        errors = [
            {"field": name, "message": str(message)}
            for name, messages in fields.items()
            for message in (messages if isinstance(messages, list) else [messages])
        ]
        detail = "Some fields can't be taken."
        return problem(request, 400, code="invalid", detail=detail, errors=errors)
    detail = str(error.detail) if isinstance(error, exceptions.AuthenticationFailed) else ""
    code = "invalid_key" if detail else ""
    answer = problem(request, status, code=code, detail=detail)
    if header := getattr(error, "auth_header", ""):
        answer.headers["WWW-Authenticate"] = header
    return answer
