"""Mails about a change of address: the link to the new one, and notices to the old one.

The old address hears first, at the request and at the change: a person whose account somebody else
wants to take has to be able to object.
"""

import logging
from smtplib import SMTPRecipientsRefused
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.accounts.actors import act
from apps.accounts.email_changes.selectors import digest
from apps.accounts.email_changes.services import new_token
from apps.accounts.models import EmailChange

logger = logging.getLogger(__name__)
State = EmailChange.State


def email_change_mail(key: UUID) -> int:
    """Send what is owed about a change; return how many mails went out.

    May be called any number of times: the row stays locked while the mail server is talked to, so two
    workers send one mail. A failure leaves it unsent for the next sweep.
    """
    with act(actor="task mail_email_change"):
        change = (
            EmailChange.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("user", "requested_by")
            .filter(pk=key)
            .first()
        )
        if change is None:
            return 0
        if change.is_pending and change.mailed_at is None:
            return _mail_request(change)
        if change.state == State.CONFIRMED and change.told_at is None:
            return _mail_change(change)
        return 0


def _mail_request(change: EmailChange) -> int:
    token = new_token()
    change.token_digest, change.mailed_at = digest(token), timezone.now()
    change.save(update_fields=["token_digest", "mailed_at"])
    sent = _notice(change, "notice", "Your sign-in address is about to change")
    link = settings.SITE_URL.rstrip("/") + reverse("account_confirm_new_email", args=[token])
    _send(change, "confirm", "Confirm your new sign-in address", change.new_email, link=link)
    return sent + 1


def _mail_change(change: EmailChange) -> int:
    change.told_at = timezone.now()
    change.save(update_fields=["told_at"])
    return _notice(change, "changed", "Your sign-in address was changed")


def _notice(change: EmailChange, template: str, subject: str) -> int:
    try:
        _send(change, template, subject, change.old_email)
    except SMTPRecipientsRefused:
        # The mailbox is gone, which is why most addresses are changed: that must not stop the change.
        logger.warning("The old address of %s takes no mail", change.user_id)
        return 0
    return 1


def _send(change: EmailChange, template: str, subject: str, to: str, **more: str) -> None:
    by = change.requested_by
    context = {
        "change": change,
        "person": change.user,
        "by": "You" if by == change.user else str(by or "The system"),
        "is_own": by == change.user,
        "account": settings.SITE_URL.rstrip("/") + reverse("account_security"),
        **more,
    }
    send_mail(
        subject=f"{subject} for Quarterdeck",
        message=render_to_string(f"account/mail/email_{template}.txt", context),
        html_message=render_to_string(f"account/mail/email_{template}.html", context),
        from_email=None,
        recipient_list=[to],
    )
