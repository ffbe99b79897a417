"""E-mails that a change causes: queued in its transaction, sent by a worker, and retried.

An app declares how a kind of e-mail is built (`mail_kind`), and queues one by the keys of its
records (`mail_queue`). The e-mail is built when it is sent, so that a token is never stored and the
record's current state decides. The row of an e-mail that was sent says when and to which address, and
is deleted after 30 days.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.delivery_passes import Pass, deliveries_send
from apps.core.models import QueuedMail
from apps.core.querysets import QueuedMailQuerySet
from apps.core.sending import after_commit, send_after_commit, send_now
from apps.core.smtp import ServerAwayError

SEND = "apps.core.tasks.send_queued_mail"
SWEEP = "apps.core.tasks.send_queued_mails"
SEND_DUE = "apps.core.tasks.send_due_mails"
# A message that asks for what the next one asks for too is dropped if it waited this long.
ASKED_SECONDS = 120
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class MailKind:
    """`build` returns the e-mail, or None if nobody should get it any more; `sent` runs after it
    was sent.

    `build` runs in a transaction that is committed before the e-mail is sent. `sent` must be safe
    to run twice.
    """

    build: Callable[[QueuedMail], EmailMessage | None]
    sent: Callable[[QueuedMail], object] = lambda mail: None


# What a queued e-mail begins with, by column, in SQL.
_FRESH = {
    "state": "'waiting'",
    "attempts": "0",
    "next_try_at": "now()",
    "created_at": "now()",
    "queued_at": "now()",
    "error": "''",
    "claimed_by": "''",
    "lease_until": "NULL::timestamptz",
    "given_at": "NULL::timestamptz",
    "decided_at": "NULL::timestamptz",
}

_kinds: dict[str, MailKind] = {}


def mail_kind(name: str, kind: MailKind) -> str:
    """Declare a kind of mail under its name, and return the name."""
    _kinds[name] = kind
    return name


def kind_names() -> list[str]:
    """Return the names of all kinds of e-mails, in order."""
    return sorted(_kinds)


def mail_queue(kind: str, key: str, **arguments: object) -> None:
    """Queue an e-mail, which is sent after the commit; at most one per key is unsent.

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
    mail, _ = _unsent().update_or_create(key=_key(kind, key), defaults=fresh)
    send_after_commit(SEND, mail.pk, swept_by=SWEEP)


def mails_queue(kind: str, mails: Mapping[str, Mapping[str, object]]) -> None:
    """Queue an e-mail for each key, with its arguments, as `mail_queue` does for one, in one statement.

    One message asks a worker to send whatever is due.
    """
    if not mails:
        return
    columns = ", ".join(_FRESH)
    fresh = ", ".join(f"{name} = EXCLUDED.{name}" for name in ("kind", "arguments", *_FRESH))
    keys = [_key(kind, key) for key in mails]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_queuedmail (key, kind, email, arguments, {columns}) "  # noqa: S608
            f"SELECT key, %s, '', arguments::jsonb, {', '.join(_FRESH.values())} "
            "FROM unnest(%s::text[], %s::text[]) AS mail(key, arguments) ORDER BY key "
            "ON CONFLICT (key) WHERE NOT (state = 'sent') "
            f"DO UPDATE SET {fresh}",
            [kind, keys, [json.dumps(dict(each)) for each in mails.values()]],
        )
    after_commit(lambda: send_now(SEND_DUE, expires=ASKED_SECONDS))


def mail_send(kind: str, key: str, **arguments: object) -> bool:
    """Send an e-mail now, unless it is queued and not due; return whether it was sent.

    For an e-mail that may be asked for again: one of the same key that was sent is no reason to send
    none. The caller holds no transaction.
    """
    mail, _ = _unsent().get_or_create(
        key=_key(kind, key), defaults={"kind": kind, "arguments": arguments}
    )
    return queued_mail_send(mail.pk)


def mails_send(kind: str, keys: list[str]) -> int:
    """Send those of the queued e-mails that are due, over one connection; return how many were sent.

    The caller holds no transaction. What another worker has sent in the meantime is not sent again.
    """
    return queued_mails_send(key__in=[_key(kind, key) for key in keys]).sent


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


def queued_mails_ask() -> int:
    """Ask a worker for mail to send what waits, and to take up what others left; return how many wait.

    The schedule asks and does not send: it would wait behind thousands of mails, or hold up other
    schedules while the mail server is silent.
    """
    waiting = QueuedMail.objects.filter(
        Q(state__in=QueuedMail.OPEN) | Q(state=QueuedMail.State.SENT) & ~Q(arguments={})
    ).count()
    if waiting:
        send_now(SEND_DUE, expires=ASKED_SECONDS)
    return waiting


def queued_mails_sweep() -> tuple[int, int, int]:
    """Send waiting e-mails; return how many were sent, are still waiting, and were given up or are
    uncertain.
    """
    swept = QueuedMail.sweep()
    for mail in QueuedMail.objects.filter(state=QueuedMail.State.SENT).exclude(arguments={}):
        # Its sender ended before it could do this.
        _finish(mail)
    done = queued_mails_send()
    waiting = QueuedMail.objects.filter(state__in=QueuedMail.DUE).count()
    return done.sent, waiting, swept.uncertain + swept.refused + done.failed


def queued_mails_clean_up() -> int:
    """Delete e-mails that ended more than 30 days ago; return how many.

    An uncertain one of which nobody has decided stays.
    """
    ended = Q(state__in=[QueuedMail.State.SENT, QueuedMail.State.REFUSED])
    decided = Q(state=QueuedMail.State.UNCERTAIN, decided_at__isnull=False)
    old = QueuedMail.objects.filter(ended | decided, queued_at__lt=Now() - KEPT_FOR)
    return old.delete()[0]


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
    # What it was built from may be personal, and is not needed any more.
    QueuedMail.objects.filter(pk=mail.pk, state=QueuedMail.State.SENT).update(arguments={})


def _unsent() -> QueuedMailQuerySet:
    return QueuedMail.objects.exclude(state=QueuedMail.State.SENT)


def _key(kind: str, key: str) -> str:
    return f"{kind}:{key}"[:250]
