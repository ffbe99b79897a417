"""The links in a report's mail that belong to one person: leaving the subscription, and the file."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from apps.reports.models import ReportDelivery, ReportRecipient

# What stands in a stored mail in the place of each person's own addresses.
UNSUBSCRIBE_MARK = "https://unsubscribe.invalid/"
FILE_MARK = "https://file.invalid/"

_UNSUBSCRIBE = Signer(salt="reports.unsubscribe", sep=".")
_FILE = Signer(salt="reports.mailed-file", sep=".")


def site_url(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def unsubscribe_url(recipient: ReportRecipient) -> str:
    """Return the address that ends a recipient's subscription. It never expires: old mails are kept."""
    short = urlsafe_b64encode(recipient.pk.bytes).decode().rstrip("=")
    return site_url(reverse("report_unsubscribe", args=[_UNSUBSCRIBE.sign(short)]))


def recipient_of(token: str) -> ReportRecipient | None:
    """Return whose subscription a link ends; None for a link that we have not made."""
    try:
        short = _UNSUBSCRIBE.unsign(token)
        key = uuid.UUID(bytes=urlsafe_b64decode(f"{short}=="))
    except (BadSignature, ValueError):
        return None
    found = ReportRecipient.objects.select_related("subscription", "user")
    return found.filter(pk=key).first()


def file_url(delivery: ReportDelivery) -> str:
    return site_url(reverse("report_mailed_file", args=[_FILE.sign(str(delivery.pk))]))


def delivery_of(token: str) -> ReportDelivery | None:
    """Return the mail that a link to a file stood in; None for a link that we have not made."""
    try:
        key = int(_FILE.unsign(token))
    except (BadSignature, ValueError):
        return None
    related = ("recipient__user", "recipient__subscription", "edition", "mailing")
    return ReportDelivery.objects.select_related(*related).filter(pk=key).first()
