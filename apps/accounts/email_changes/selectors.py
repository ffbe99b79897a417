"""Reads of changes of addresses."""

from datetime import timedelta

from django.utils import timezone

from apps.accounts.email_changes.tokens import digest
from apps.accounts.models import EmailChange, User

RECENT = timedelta(days=30)


def email_change_of_token(token: str) -> EmailChange | None:
    """Return the change that `token` was mailed for, in any state."""
    found = EmailChange.objects.select_related("user", "requested_by")
    return found.filter(token_digest=digest(token)).first()


def pending_email_change(user: User) -> EmailChange | None:
    """Return the pending change of this person's address."""
    waiting = EmailChange.objects.filter(
        user=user, state=EmailChange.State.PENDING, expires_at__gt=timezone.now()
    )
    return waiting.select_related("requested_by").first()


def recent_email_change(user: User) -> EmailChange | None:
    """Return the last change of this person's address that was made within `RECENT`."""
    made = EmailChange.objects.filter(
        user=user,
        state=EmailChange.State.CONFIRMED,
        ended_at__gt=timezone.now() - RECENT,
    )
    return made.select_related("requested_by").order_by("-ended_at").first()
