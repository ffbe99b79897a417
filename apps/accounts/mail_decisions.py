"""What a person decides about an e-mail that was refused, or that may not have arrived.

Report mails have decisions of their own, with the permission of reports.
"""

from django.db import transaction

from apps.accounts import event_kinds
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, require
from apps.core.delivery_decisions import delivery_leave, delivery_requeue
from apps.core.errors import DomainError
from apps.core.models import QueuedMail
from apps.core.queued_mails import SEND, SWEEP
from apps.core.scope import refuse_limited
from apps.core.sending import send_after_commit

DECIDE = "core.decide_queuedmail"


@transaction.atomic
def queued_mail_send_again(*, mail: QueuedMail, reason: str = "", actor: Actor) -> None:
    """Send an e-mail again that was refused or is uncertain; in the latter case the person may get it twice.

    It is built from its record as that is now. Raises `MissingPermission`, and `DomainError` for an
    e-mail in any other state.
    """
    _require(actor)
    was = delivery_requeue(mail)
    if was == QueuedMail.State.SENT:
        raise DomainError("It was sent. To send another one, open the record that it is about.")
    with acting_as(actor=actor, reason=reason):
        record_event(event_kinds.QUEUED_MAIL_SENT_AGAIN, target=mail, mail=str(mail), was=was)
    send_after_commit(SEND, mail.pk, swept_by=SWEEP)


@transaction.atomic
def queued_mail_leave(*, mail: QueuedMail, reason: str, actor: Actor) -> bool:
    """Leave an e-mail that was refused or is uncertain; return whether nobody had decided before.

    Raises `MissingPermission`, and `DomainError` for any other e-mail, or without a reason.
    """
    _require(actor)
    if not reason.strip():
        raise DomainError("A reason is required.")
    was = delivery_leave(mail)
    if not was:
        return False
    with acting_as(actor=actor, reason=reason):
        record_event(event_kinds.QUEUED_MAIL_LEFT, target=mail, mail=str(mail), was=was)
    return True


def _require(actor: Actor) -> None:
    require(actor, DECIDE)
    refuse_limited(actor, "E-mails go to people of every organization.")
