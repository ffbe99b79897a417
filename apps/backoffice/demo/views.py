"""The mail page of the demo: what was sent, to open and to follow its links.

Somebody who has forgotten a password is not signed in, so nobody is asked to be. The page is there for
browsers on this machine alone, and it is not there at all in production: see `config.demo_urls`.
"""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.backoffice.demo import mailbox
from apps.backoffice.error_pages import look

# An e-mail has its own styles and may load nothing; its links open separate pages.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
# Behind a proxy, every client's address is the proxy's.
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


def on_this_machine[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Answer 404 to connections from other machines."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        assert isinstance(request, HttpRequest)  # noqa: S101
        try:
            address = ip_address(request.META.get("REMOTE_ADDR", ""))
        except ValueError:
            raise Http404 from None
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not mapped.is_loopback or any(name in request.headers for name in _FORWARDED):
            raise Http404
        return view(*args, **kwargs)

    return guarded


@require_safe
@on_this_machine
def mails(request: HttpRequest) -> HttpResponse:
    context = {**look(request), "title": "Demo e-mail", "mails": mailbox.newest()}
    return render(request, "backoffice/demo/mails.html", context)


@require_safe
@on_this_machine
def mail(request: HttpRequest, key: str) -> HttpResponse:
    found = _find(key)
    context = {**look(request), "title": found.subject, "mail": found}
    return render(request, "backoffice/demo/mail.html", context)


@require_safe
@on_this_machine
def html(request: HttpRequest, key: str) -> HttpResponse:
    """The mail's HTML as it was sent, for the frame that shows it."""
    # Must come first: a link must not open inside the frame.
    response = HttpResponse('<base target="_blank">' + _find(key).html)
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    return response


def _find(key: str) -> mailbox.Mail:
    found = mailbox.find_mail(key)
    if found is None:
        raise Http404("This e-mail is no longer stored.")
    return found
