"""The e-mails about alarms: one to each person for everything that happened at one moment."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from apps.accounts.models import User
from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind, mail_queue, queued_mails_send
from apps.schedules.models import Alarm

Kind = Alarm.Kind
# A worker sends a mail within seconds. One that is still there may have no worker.
UNSENT_AFTER = timedelta(seconds=20)
# A refused one stays, and is no news after that.
SHOWN_FOR = timedelta(days=7)
_NAMED = 20

HAPPENED = {
    Kind.FAILED: "failed",
    Kind.LOST: "lost a run",
    Kind.LATE: "was late twice",
    Kind.SLOW: "takes much longer than usual",
    Kind.MISSED: "missed a run",
}
IS_WELL = {
    Kind.FAILED: "succeeded again",
    Kind.LOST: "succeeded again",
    Kind.LATE: "is on time again",
    Kind.SLOW: "takes its usual time again",
    Kind.MISSED: "runs again",
}
TO_DO = {
    Kind.FAILED: "Open the run and read its error. When the cause is gone, choose “Run again” there.",
    Kind.LOST: "The worker ended without a result, so part of the work may be done. Open the run, then choose “Run again” or “Leave it”.",
    Kind.LATE: "Check that workers are running and are not busy with something else.",
    Kind.SLOW: "Open the run. If it is stuck, restart its worker. If there is simply more to do now, acknowledge the alarm.",
    Kind.MISSED: "Decide whether the missed run still matters. If it does, choose “Run again” on its page.",
    Kind.SILENT: "Check that the process “beat” is running, and read its log. Once it runs again, each schedule makes up for missed runs as its task says.",
}


def announce(
    alarms: Sequence[Alarm], *, is_over: bool = False, people: Iterable[UUID] | None = None
) -> None:
    """Queue one e-mail to each person who is notified of any of `alarms`, or to these `people` alone.

    The caller holds the transaction.
    """
    by_person: dict[UUID, list[str]] = defaultdict(list)
    for alarm in alarms:
        for person in alarm.told if people is None else people:
            by_person[person].append(str(alarm.pk))
    for person, keys in by_person.items():
        kind = ALARM_OVER if is_over else ALARM_OPENED
        mail_queue(kind, f"{keys[0]}:{person}", alarms=keys, person=str(person))


def unsent_mails() -> QuerySet[QueuedMail]:
    """Return the e-mails about alarms that have not been sent, though there was time."""
    return QueuedMail.objects.filter(
        ~Q(state=QueuedMail.State.SENT),
        kind__in=[ALARM_OPENED, ALARM_OVER],
        created_at__lt=Now() - UNSENT_AFTER,
    )


def unsent_mails_lately() -> QuerySet[QueuedMail]:
    return unsent_mails().filter(created_at__gt=Now() - SHOWN_FOR)


_sending = threading.Lock()


def unsent_mails_send() -> int:
    """Send what no worker has sent; return how many. Only one thread of a process does, others return at once."""
    if not _sending.acquire(blocking=False):
        return 0
    try:
        # What a worker had when it ended goes out again, too.
        QueuedMail.sweep()
        return queued_mails_send(pk__in=unsent_mails().values("pk")).sent
    finally:
        _sending.release()


def unsent_mails_send_later() -> None:
    """Do `unsent_mails_send` in a thread: a mail server that is silent must hold nobody up."""
    if _sending.locked() or not unsent_mails().exists():
        return

    def send() -> None:
        try:
            unsent_mails_send()
        finally:
            connection.close()

    threading.Thread(target=send, name="alarm mails", daemon=True).start()


def _opened(mail: QueuedMail) -> EmailMessage | None:
    person, alarms = _of(mail)
    if person is None or not alarms:
        return None
    subject = title(alarms[0])
    if alarms[1:]:
        subject = f"{len(alarms)} alarms of scheduled tasks"
    parts = [_paragraph(alarm) for alarm in alarms[:_NAMED]]
    return _message(person, subject, parts, alarms)


def _over(mail: QueuedMail) -> EmailMessage | None:
    person, alarms = _of(mail)
    if person is None or not alarms:
        return None
    subject = f"Well again: {title(alarms[0], is_over=True)}"
    if alarms[1:]:
        subject = f"Well again: {len(alarms)} alarms of scheduled tasks are over"
    parts = [
        "\n".join(
            [
                f"{title(alarm, is_over=True)}.",
                f"The alarm was open from {alarm.since:%Y-%m-%d %H:%M %Z} to "
                f"{alarm.ended_at or alarm.since:%Y-%m-%d %H:%M %Z}: {alarm.details}",
                "You don't need to do anything.",
                f"Alarm: {_address('alarm', alarm.pk)}",
            ]
        )
        for alarm in alarms[:_NAMED]
    ]
    return _message(person, subject, parts, alarms)


ALARM_OPENED = mail_kind("alarm opened", MailKind(_opened))
ALARM_OVER = mail_kind("alarm over", MailKind(_over))


def title(alarm: Alarm, *, is_over: bool = False) -> str:
    """Return in a few words what happened, or what is well again: the subject of an e-mail."""
    if alarm.kind == Kind.SILENT:
        return "The scheduler is back" if is_over else "The scheduler is silent"
    words = IS_WELL if is_over else HAPPENED
    name = " ".join(alarm.schedule_name.split())
    return f"“{name}” {words[Kind(alarm.kind)]}"


def _paragraph(alarm: Alarm) -> str:
    lines = [
        f"{title(alarm)}.",
        "",
        f"What happened: {alarm.details}",
        f"Since: {alarm.since:%Y-%m-%d %H:%M %Z}",
        f"What to do: {TO_DO[Kind(alarm.kind)]}",
    ]
    if alarm.run_id is not None:
        lines.append(f"Run: {_address('taskrun', alarm.run_id)}")
    lines.append(f"Alarm: {_address('alarm', alarm.pk)}")
    if alarm.ended_at is not None:
        lines += ["", f"It has been well again since {alarm.ended_at:%Y-%m-%d %H:%M %Z}."]
    return "\n".join(lines)


def _message(
    person: User, subject: str, parts: Iterable[str], alarms: Sequence[Alarm]
) -> EmailMessage:
    more = len(alarms) - _NAMED
    body = [*parts, *([f"And {more} more: {_address('alarm')}"] if more > 0 else [])]
    return EmailMessage(
        subject=subject,
        body="\n\n----\n\n".join([*body, _WHY]) + "\n",
        to=[person.email],
    )


_WHY = (
    "If you take care of an alarm, acknowledge it on its page. You get one more e-mail when it is over.\n"
    "You get this because you own the schedule, or because it has no owner and you may change schedules."
)


def _of(mail: QueuedMail) -> tuple[User | None, list[Alarm]]:
    person = User.objects.active().filter(pk=mail.arguments["person"]).first()
    return person, list(Alarm.objects.filter(pk__in=mail.arguments["alarms"]).order_by("since"))


def _address(model: str, key: object = None) -> str:
    name = f"admin:schedules_{model}"
    path = reverse(f"{name}_change", args=[key]) if key else reverse(f"{name}_changelist")
    return f"{settings.SITE_URL.rstrip('/')}{path}"
