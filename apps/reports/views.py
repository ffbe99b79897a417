"""The pages that the links in a report's mail lead to."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import DomainError
from apps.reports.formats import FORMATS
from apps.reports.mail_content import FILE_DAYS
from apps.reports.mail_links import delivery_of, recipient_of
from apps.reports.models import ReportDelivery
from apps.reports.registry import get_report
from apps.reports.services import recipient_unsubscribe
from apps.reports.services.preparation import edition_key, problem_of


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks and changes nothing; POST takes the recipient off the list, without a sign-in.

    Exempt from the check against forgery, because a mail program posts here by itself (RFC 8058).
    The signed token in the address is what nobody else can know.
    """
    recipient = recipient_of(token)
    if recipient is None:
        return _page(request, "unknown", 404)
    if request.method == "POST":
        recipient_unsubscribe(recipient=recipient)
        return _page(request, "done", report=_title(recipient.subscription.report))
    state = "done" if recipient.unsubscribed_at else "ask"
    return _page(request, state, report=_title(recipient.subscription.report))


@never_cache
@require_safe
def mailed_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file of a mail that was too large for it: for its recipient, for a week.

    A colleague signs in, and may still view the report. An address without an account needs the
    link alone.
    """
    delivery = delivery_of(token)
    if delivery is None or not delivery.edition.file:
        return _page(request, "no_file", 404)
    if delivery.recipient.colleague is not None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.user.pk != delivery.recipient.colleague.pk:
            raise PermissionDenied("This link belongs to somebody else.")
    if _is_over(delivery):
        return _page(request, "file_over", 410)
    try:
        file = delivery.edition.file.open("rb")
    except FileNotFoundError:
        return _page(request, "file_over", 410)
    name = str(delivery.edition.file.name).rpartition("/")[2]
    response = FileResponse(file, as_attachment=True, filename=name)
    response["Content-Type"] = FORMATS[name.rpartition(".")[2]][0]
    return response


def _is_over(delivery: ReportDelivery) -> bool:
    """Return whether the link has expired, or its reader may not see what the file says any more."""
    since = delivery.sent_at or delivery.created_at
    if timezone.now() > since + timedelta(days=FILE_DAYS):
        return True
    try:
        definition = get_report(delivery.recipient.subscription.report)
    except DomainError:
        return True
    recipient = delivery.recipient
    if recipient.unsubscribed_at is not None or problem_of(definition, recipient):
        return True
    return edition_key(definition, recipient) != delivery.edition.scope_key


def _title(report: str) -> str:
    try:
        return get_report(report).title
    except DomainError:
        return report


def _page(
    request: HttpRequest, state: str, status: int = 200, **context: object
) -> TemplateResponse:
    everything = {**admin.site.each_context(request), "state": state, **context}
    return TemplateResponse(request, "reports/mail_link.html", everything, status=status)
