"""The weekly e-mails about stale flags: one to each person, about everything that they own."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind, mails_queue
from apps.core.wording import plural
from apps.flags.ownership import recipients
from apps.flags.stale import sentences_of, stale_toggles

_SHOWN = 50


def stale_mails_queue(due: datetime) -> tuple[int, int]:
    """Queue this week's e-mails; return how many flags are stale, and how many people get an e-mail now.

    The e-mail of a person and week is queued once, however often this runs: its row outlives its sending.
    """
    year, week, _ = timezone.localtime(due).isocalendar()
    found = _by_person()
    keys = {str(person): f"{person}:{year}-{week:02}" for person in found}
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Of two runs at once, the second must see what the first has queued.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('flags.stale_mails'))")
        stored = [f"{FLAGS_STALE}:{key}" for key in keys.values()]
        told = set(QueuedMail.objects.filter(key__in=stored).values_list("key", flat=True))
        owed = {
            key: {"person": person}
            for person, key in keys.items()
            if f"{FLAGS_STALE}:{key}" not in told
        }
        mails_queue(FLAGS_STALE, owed)
    stale = {(kind, name) for toggles in found.values() for kind, name, _ in toggles}
    return len(stale), len(owed)


def _by_person() -> dict[Any, list[tuple[str, str, Any]]]:
    """Return the stale flags and switches that each person gets an e-mail about."""
    known: dict[tuple[Any, ...], list[User]] = {}
    found: dict[Any, list[tuple[str, str, Any]]] = {}
    for toggle in stale_toggles():
        kind = str(toggle._meta.model_name)
        owners = (kind, toggle.owner_id, toggle.owner_role_id)
        if owners not in known:
            known[owners] = recipients(kind, toggle)
        for person in known[owners]:
            found.setdefault(person.pk, []).append((kind, toggle.name, toggle))
    return found


def _build(mail: QueuedMail) -> EmailMessage | None:
    """Build the e-mail from what is stale when it is sent; none if that is nothing any more."""
    person = User.objects.active().filter(pk=mail.arguments["person"]).first()
    toggles = _by_person().get(person.pk, []) if person is not None else []
    if person is None or not toggles:
        return None
    parts = [
        "\n".join(
            [
                f"The {kind} {name}:",
                *(f"- {each}" for each in sentences_of(toggle)),
                _address(kind, toggle.pk),
            ]
        )
        for kind, name, toggle in toggles[:_SHOWN]
    ]
    if (more := len(toggles) - _SHOWN) > 0:
        parts.append(f"And {more:,} more, in the lists of flags and switches under “Stale”.")
    return EmailMessage(
        subject=f"{plural(len(toggles), 'stale flag')}",
        body="\n\n".join([*parts, _WHY]) + "\n",
        to=[person.email],
    )


_WHY = (
    "Remove from the code what nobody needs any more, or change the flag's expiry or kind on its page.\n"
    "You get this once a week because you or your role own these flags, or because they have no owner and you may "
    "turn flags."
)
FLAGS_STALE = mail_kind("flags stale", MailKind(_build))


def _address(kind: str, key: object) -> str:
    path = reverse(f"admin:flags_{kind}_change", args=[key])
    return f"{settings.SITE_URL.rstrip('/')}{path}"
