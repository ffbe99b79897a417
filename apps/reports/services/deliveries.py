"""What a person decides about a report mail that was refused, or of which nobody knows."""

from django.db import transaction

from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.delivery_decisions import delivery_leave, delivery_requeue
from apps.core.errors import DomainError
from apps.core.sending import send_after_commit
from apps.reports import event_kinds
from apps.reports.models import ReportDelivery, ReportEdition, ReportMailing
from apps.reports.services.mailings import SEND, SWEEP
from apps.reports.services.mails import ERASED

DECIDE = "reports.decide_delivery"


@transaction.atomic
def report_mail_send_again(*, delivery: ReportDelivery, reason: str = "", actor: Actor) -> None:
    """Send a mail again that ended; if it was sent or uncertain, the person may get it twice.

    Raises `MissingPermission`, and `DomainError` for a mail that is queued or was cleaned up.
    """
    require(actor, DECIDE)
    if ReportEdition.objects.get(pk=delivery.edition_id).is_erased:
        raise DomainError(f"{ERASED} Mail the report again instead.")
    was = delivery_requeue(delivery)
    ReportMailing.objects.filter(pk=delivery.mailing_id).update(
        state=ReportMailing.State.SENDING, ended_at=None
    )
    with audit_context(actor=actor, reason=reason):
        record_event(event_kinds.MAIL_SENT_AGAIN, target=delivery, mail=delivery.pk, was=was)
    send_after_commit(SEND, swept_by=SWEEP)


@transaction.atomic
def report_mail_leave(*, delivery: ReportDelivery, reason: str, actor: Actor) -> bool:
    """Leave a mail that was refused or is uncertain; return whether nobody had decided before.

    Raises `MissingPermission`, and `DomainError` for any other mail, or without a reason.
    """
    require(actor, DECIDE)
    if not reason.strip():
        raise DomainError("A reason is required.")
    was = delivery_leave(delivery)
    if not was:
        return False
    with audit_context(actor=actor, reason=reason):
        record_event(event_kinds.MAIL_LEFT, target=delivery, mail=delivery.pk, was=was)
    return True
