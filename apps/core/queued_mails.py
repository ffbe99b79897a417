"""E-mails that a change causes: queued in its transaction, sent by a worker, and retried.

An app declares how a kind of e-mail is built (`mail_kind`), and queues one by the keys of its
records (`mail_queue`). The e-mail is built when it is sent, so that a token is never stored and the
record's current state decides.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.db.models.functions import Now

from apps.core.delivery_passes import Pass, deliveries_send
from apps.core.models import QueuedMail
from apps.core.sending import send_after_commit
from apps.core.smtp import ServerAwayError

SEND = "apps.core.tasks.send_queued_mail"
SWEEP = "apps.core.tasks.send_queued_mails"


@dataclass(frozen=True)
class MailKind:
    """`build` returns the e-mail, or None if nobody should get it any more; `sent` runs after it
    was sent.

    `build` runs in a transaction that is committed before the e-mail is sent. `sent` must be safe
    to run twice.
    """

    build: Callable[[QueuedMail], EmailMessage | None]
    sent: Callable[[QueuedMail], object] = lambda mail: None


_kinds: dict[str, MailKind] = {}


def mail_kind(name: str, kind: MailKind) -> str:
    """Declare a kind of mail under its name, and return the name."""
    _kinds[name] = kind
    return name


def mail_queue(kind: str, key: str, **arguments: object) -> None:
    """Queue an e-mail, which is sent after the commit; at most one per key is queued.

    If a person asks again, a refused or uncertain e-mail is queued again.
    """
    fresh = {
        "kind": kind,
        "arguments": arguments,
        "state": QueuedMail.State.WAITING,
        "attempts": 0,
        "next_try_at": Now(),
        "created_at": Now(),
        "queued_at": Now(),
        "error": "",
        "claimed_by": "",
        "lease_until": None,
        "given_at": None,
        "decided_at": None,
    }
    mail, _ = QueuedMail.objects.update_or_create(key=_key(kind, key), defaults=fresh)
    send_after_commit(SEND, mail.pk, swept_by=SWEEP)


def mail_send(kind: str, key: str, **arguments: object) -> bool:
    """Send an e-mail now, unless it is queued and not due; return whether it was sent.

    The caller holds no transaction.
    """
    mail, _ = QueuedMail.objects.get_or_create(
        key=_key(kind, key), defaults={"kind": kind, "arguments": arguments}
    )
    return queued_mail_send(mail.pk)


def queued_mail_send(pk: int) -> bool:
    """Send a queued e-mail if it is waiting and due; return whether it was sent."""
    mail = QueuedMail.claim(pk=pk)
    if mail is None:
        return False
    try:
        if mail.deliver(lambda: _build(mail)) != QueuedMail.State.SENT:
            return False
    except ServerAwayError:
        return False
    _finish(mail)
    return True


def queued_mails_sweep() -> tuple[int, int, int]:
    """Send waiting e-mails; return how many were sent, are still waiting, and were given up or are
    uncertain.
    """
    swept = QueuedMail.sweep()
    for mail in QueuedMail.objects.filter(state=QueuedMail.State.SENT):
        # Its sender ended before it could do this.
        _finish(mail)
    done = queued_mails_send()
    waiting = QueuedMail.objects.filter(state__in=QueuedMail.DUE).count()
    return done.sent, waiting, swept.uncertain + swept.refused + done.failed


def queued_mails_send(**which: object) -> Pass:
    """Send the e-mails that are due, or of these some. The caller holds no transaction."""
    return deliveries_send(QueuedMail, _build, sent=_finish, **which)


def _build(mail: QueuedMail) -> EmailMessage | None:
    message = _kinds[mail.kind].build(mail)
    to = message.to[0] if message is not None and message.to else ""
    if to and to != mail.email:
        # For the person who decides whether it is sent again.
        QueuedMail.objects.filter(pk=mail.pk).update(email=to[:254])
    return message


def _finish(mail: QueuedMail) -> None:
    _kinds[mail.kind].sent(mail)
    # The record shows what was sent. Who got an e-mail is not kept.
    QueuedMail.objects.filter(pk=mail.pk, state=QueuedMail.State.SENT).delete()


def _key(kind: str, key: str) -> str:
    return f"{kind}:{key}"[:250]
