"""E-mails about a change of address: the link to the new one, and notices to the old one.

Each is queued separately. The notice to the old address is queued first, so that a person can
object if somebody else wants to take over the account. An old mailbox that accepts no mail does not
stop the change.
"""

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.email_changes.tokens import digest, new_token
from apps.accounts.models import EmailChange
from apps.core.actors import acting_as
from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind, mail_queue

State = EmailChange.State


def request_mails_queue(change: EmailChange) -> None:
    """Queue the notice to the old address, and the link to the new one."""
    mail_queue(REQUESTED, str(change.pk), change=str(change.pk))
    mail_queue(CONFIRMATION, str(change.pk), change=str(change.pk))


def changed_mail_queue(change: EmailChange) -> None:
    """Queue the notice to the old address that it was replaced."""
    mail_queue(CHANGED, str(change.pk), change=str(change.pk))


def _requested(mail: QueuedMail) -> EmailMessage | None:
    change = _change(mail)
    if change is None or not change.is_pending:
        return None
    return _mail(
        change, "notice", "Your Quarterdeck sign-in address is about to change", change.old_email
    )


def _confirmation(mail: QueuedMail) -> EmailMessage | None:
    """Give the change a new token, which is stored only in this e-mail."""
    with acting_as(actor="task send_queued_mail"):
        change = _change(mail)
        if change is None or not change.is_pending:
            return None
        token = new_token()
        change.token_digest = digest(token)
        change.save(update_fields=["token_digest"])
    link = settings.SITE_URL.rstrip("/") + reverse("account_confirm_new_email", args=[token])
    return _mail(
        change,
        "confirm",
        "Confirm your new Quarterdeck sign-in address",
        change.new_email,
        link=link,
    )


def _changed(mail: QueuedMail) -> EmailMessage | None:
    change = _change(mail)
    if change is None or change.state != State.CONFIRMED:
        return None
    return _mail(
        change, "changed", "Your Quarterdeck sign-in address was changed", change.old_email
    )


REQUESTED = mail_kind("email change requested", MailKind(_requested))
CONFIRMATION = mail_kind("email change confirmation", MailKind(_confirmation))
CHANGED = mail_kind("email change made", MailKind(_changed))


def _change(mail: QueuedMail) -> EmailChange | None:
    """Lock the change, so that it does not end while its e-mail is built."""
    rows = EmailChange.objects.select_for_update(of=("self",))
    return rows.select_related("user", "requested_by").filter(pk=mail.arguments["change"]).first()


def _mail(
    change: EmailChange, template: str, subject: str, to: str, **more: str
) -> EmailMultiAlternatives:
    by = change.requested_by
    context = {
        "change": change,
        "person": change.user,
        "by": "You" if by == change.user else str(by or "The system"),
        "is_own": by == change.user,
        "account": settings.SITE_URL.rstrip("/") + reverse("account_security"),
        **more,
    }
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"account/mail/email_{template}.txt", context),
        to=[to],
    )
    page = render_to_string(f"account/mail/email_{template}.html", context)
    mail.attach_alternative(page, "text/html")
    return mail
