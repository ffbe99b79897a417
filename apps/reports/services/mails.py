"""Sends the report mails that are due, and goes on with what other workers left."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from apps.core.deliveries import WithheldError
from apps.core.delivery_passes import Pass, deliveries_send
from apps.core.errors import DomainError
from apps.core.jobs import waiting_jobs
from apps.core.queued_mails import ASKED_SECONDS
from apps.core.sending import send_now
from apps.reports.formats import FORMATS
from apps.reports.mail_content import CHART_ID
from apps.reports.mail_links import FILE_MARK, UNSUBSCRIBE_MARK, file_url, unsubscribe_url
from apps.reports.models import ReportDelivery, ReportEdition, ReportMailing
from apps.reports.registry import get_report
from apps.reports.services.mailings import PREPARE, SEND, mailings_finish
from apps.reports.services.preparation import edition_key, problem_of

ERASED = "What it said was deleted, because it named a person whose data was removed."


def report_mails_send() -> Pass:
    """Send the report mails that are due, over one connection.

    If there are more than one pass takes, a message asks for the next one, so that other e-mails of
    the worker get their turn.
    """
    done = deliveries_send(ReportDelivery, Messages())
    mailings_finish()
    if done.is_cut:
        send_now(SEND)
    return done


def report_mails_resume() -> tuple[Pass, int]:
    """Take up e-mails whose worker ended and send what is due; return what was sent, and how many
    e-mails were found uncertain or given up.
    """
    swept = ReportDelivery.sweep()
    return report_mails_send(), swept.uncertain + swept.refused


def report_mails_ask() -> int:
    """Ask workers to take up mailings and e-mails that nobody has; return how many e-mails are open.

    The schedule asks and does not send; see `queued_mails_ask`.
    """
    for mailing in waiting_jobs([ReportMailing]):
        send_now(PREPARE, [mailing.pk])
    open_mails = ReportDelivery.objects.filter(state__in=ReportDelivery.OPEN).count()
    if open_mails or ReportMailing.objects.filter(state=ReportMailing.State.SENDING).exists():
        send_now(SEND, expires=ASKED_SECONDS)
    return open_mails


class ReportMessage(EmailMultiAlternatives):
    """A mail whose HTML shows a picture that travels with it."""

    chart: bytes | None = None

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        # An address must not be folded: some programs do not put it together again.
        message.policy = message.policy.clone(max_line_length=900)
        page = message.get_body(("html",))
        if self.chart and page is not None:
            page.add_related(
                self.chart,
                "image",
                "png",
                cid=f"<{CHART_ID}>",
                disposition="inline",
                filename="chart.png",
            )
        return message


class Messages:
    """Makes the mails of one pass. What many of them share is read once."""

    def __init__(self) -> None:
        self._editions: dict[int, ReportEdition] = {}
        # Of the last edition alone: files are large.
        self._file: tuple[int, bytes] = (0, b"")

    def __call__(self, delivery: ReportDelivery) -> EmailMultiAlternatives:
        """Return the mail of a delivery. Raises `WithheldError` if its recipient may not get it."""
        recipient = delivery.recipient
        edition = self._edition(delivery.edition_id)
        _check(delivery, edition)
        if delivery.email != recipient.address:
            # They changed it after the mail was made.
            delivery.email = recipient.address
            delivery.save(update_fields=["email"])
        leave = unsubscribe_url(recipient)

        def own(text: str) -> str:
            return text.replace(UNSUBSCRIBE_MARK, leave).replace(FILE_MARK, file_url(delivery))

        mail = ReportMessage(
            subject=edition.subject,
            body=own(edition.text),
            to=[delivery.email],
            headers=_headers(delivery, leave),
        )
        mail.attach_alternative(own(edition.html), "text/html")
        mail.chart = bytes(edition.chart) if edition.chart else None
        if edition.file and edition.is_attached:
            name = str(edition.file.name).rpartition("/")[2]
            mail.attach(name, self._content(edition), _content_type(name))
        return mail

    def _edition(self, key: int) -> ReportEdition:
        if key not in self._editions:
            self._editions[key] = ReportEdition.objects.get(pk=key)
        return self._editions[key]

    def _content(self, edition: ReportEdition) -> bytes:
        if self._file[0] != edition.pk:
            with edition.file.open("rb") as file:
                self._file = (edition.pk, bytes(file.read()))
        return self._file[1]


def _headers(delivery: ReportDelivery, leave: str) -> dict[str, str]:
    site = urlsplit(settings.SITE_URL).hostname
    return {
        # The same for each attempt, so that a server may recognize a duplicate.
        "Message-ID": f"<report-{delivery.mailing_id}-{delivery.pk}@{site}>",
        "List-ID": f"<{delivery.recipient.subscription_id}.reports.{site}>",
        # RFC 8058: a mail program ends the subscription by one POST, without a sign-in.
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def _check(delivery: ReportDelivery, edition: ReportEdition) -> None:
    recipient = delivery.recipient
    subscription = recipient.subscription
    if edition.is_erased:
        raise WithheldError(ERASED)
    if recipient.unsubscribed_at is not None:
        raise WithheldError("They unsubscribed before it was sent.")
    if not subscription.enabled:
        raise WithheldError("The subscription was stopped before it was sent.")
    try:
        definition = get_report(subscription.report)
    except DomainError as error:
        raise WithheldError(error.message) from None
    if problem := problem_of(definition, recipient):
        raise WithheldError(problem)
    if edition_key(definition, recipient) != edition.scope_key:
        raise WithheldError("Their access changed after the mail was made. The next one fits it.")


def _content_type(name: str) -> str:
    return FORMATS[name.rpartition(".")[2]][0].partition(";")[0]
