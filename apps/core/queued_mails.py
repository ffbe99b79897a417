"""Mails that a change causes: owed in its transaction, sent by a worker, and sent again until they are gone.

An app says how a kind of mail is made (`mail_kind`) and owes one by the keys of its records (`mail_queue`). The
mail is made when it is sent, so that a token is never stored and a record that changed meanwhile decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.core.mail import EmailMessage
from django.db.models.functions import Now

from apps.core.models import QueuedMail
from apps.core.sending import send_after_commit

SEND = "apps.core.tasks.send_queued_mail"
SWEEP = "apps.core.tasks.send_queued_mails"
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class MailKind:
    """`build` returns the mail, or nothing where nobody is to get it any more; `sent` follows its sending.

    `build` runs in a transaction that is committed before the mail is sent.
    """

    build: Callable[[QueuedMail], EmailMessage | None]
    sent: Callable[[QueuedMail], object] = lambda mail: None


_kinds: dict[str, MailKind] = {}


def mail_kind(name: str, kind: MailKind) -> str:
    """Declare a kind of mail under its name, and return the name."""
    _kinds[name] = kind
    return name


def mail_queue(kind: str, key: str, **arguments: object) -> None:
    """Owe a mail, which is sent after the commit; of one key no more than one is owed.

    Asked for by a person again, also one that failed or is uncertain is owed anew.
    """
    fresh = {
        "kind": kind,
        "arguments": arguments,
        "state": QueuedMail.State.WAITING,
        "attempts": 0,
        "next_try_at": Now(),
        "created_at": Now(),
        "error": "",
        "process": "",
    }
    mail, _ = QueuedMail.objects.update_or_create(key=_key(kind, key), defaults=fresh)
    send_after_commit(SEND, mail.pk, swept_by=SWEEP)


def mail_send(kind: str, key: str, **arguments: object) -> bool:
    """Send a mail now, unless it is owed already and not to be tried; return whether it went out.

    The caller holds no transaction.
    """
    mail, _ = QueuedMail.objects.get_or_create(
        key=_key(kind, key), defaults={"kind": kind, "arguments": arguments}
    )
    return queued_mail_send(mail.pk)


def queued_mail_send(pk: int) -> bool:
    """Send an owed mail if it waits and its time has come; return whether it went out."""
    mail = QueuedMail.claim(pk)
    if mail is None:
        return False
    kind = _kinds[mail.kind]
    if mail.deliver(partial(kind.build, mail)) != QueuedMail.State.SENT:
        return False
    kind.sent(mail)
    # Of what was sent the record itself tells; who was mailed what is nobody's business afterwards.
    QueuedMail.objects.filter(pk=mail.pk, state=QueuedMail.State.SENT).delete()
    return True


def queued_mails_sweep() -> tuple[int, int, int]:
    """Send what waits; return how many went out, how many still wait, how many were given up or are uncertain."""
    given_up = QueuedMail.sweep()
    due = QueuedMail.objects.filter(state=QueuedMail.State.WAITING, next_try_at__lte=Now())
    keys = list(due.order_by("next_try_at").values_list("pk", flat=True)[:MOST_AT_ONCE])
    sent = sum(queued_mail_send(key) for key in keys)
    waiting = QueuedMail.objects.filter(state=QueuedMail.State.WAITING).count()
    return sent, waiting, given_up


def _key(kind: str, key: str) -> str:
    return f"{kind}:{key}"[:250]
