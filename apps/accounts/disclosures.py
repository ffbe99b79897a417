"""Writing down who was shown personal data, forgetting it in time, and masking it from everybody else."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Disclosure, User
from apps.accounts.personal_text import masked_html
from apps.core.personal import Reader, reading

PERMISSION = "accounts.view_personal_data"
KEPT_FOR = timedelta(days=180)


class PersonalDataMiddleware:
    """Tells core who is viewing, and writes one log entry for what a request has shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # The user is read when first needed, after impersonation has replaced it.
        with reading(Reader(lambda: request.user.has_perm(PERMISSION))) as reader:
            response = self.get_response(request)
        if reader.shown:
            disclosure_record(request, people=len(reader.shown))
        if _is_page(request, response) and not reader.sees:
            _mask_texts(request, cast(HttpResponse, response))
        return response


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Tell whether it is a page of the back office that somebody signed in reads."""
    return (
        isinstance(response, HttpResponse)
        and request.path.startswith(reverse("admin:index"))
        and response.headers.get("Content-Type", "").startswith("text/html")
        and hasattr(request, "user")
        and request.user.is_authenticated
    )


def _mask_texts(request: HttpRequest, response: HttpResponse) -> None:
    readers: list[Any] = [request.user, getattr(request, "real_user", None)]
    own = [text for each in readers if each for text in (each.email, each.phone)]
    response.content = masked_html(response.content.decode(), own=own)
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))


def disclosure_record(request: HttpRequest, *, people: int) -> None:
    """Log that `people` were shown in a response: one insert."""
    match = request.resolver_match
    page = match.view_name if match else ""
    user: Any = request.user
    real: Any = getattr(request, "real_user", None)
    Disclosure.objects.create(
        page=str(page).removeprefix("admin:")[:200],
        path=request.path[:500],
        people=people,
        request_id=getattr(request, "request_id", "")[:64],
        user_id=user.pk,
        real_user_id=real.pk if real is not None else None,
    )


def disclosure_of_file(
    *, page: str, path: str, rows: int, user: User | None, real_user: User | None
) -> None:
    """Log that a file with personal data was created; a command without a user is not logged."""
    Disclosure.objects.create(page=page, path=path, people=rows, user=user, real_user=real_user)


def disclosures_of_file(*, page: str, path: str, rows: int, users: Iterable[User]) -> None:
    """Log that a file with personal data was sent to each of `users`: one insert."""
    Disclosure.objects.bulk_create(
        Disclosure(page=page, path=path, people=rows, user=user) for user in users
    )


def disclosures_prune() -> int:
    """Delete entries that are older than half a year; return how many."""
    return Disclosure.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]
