"""Notices about an account that the mail server did not accept at once."""

import uuid

from django.core.mail import EmailMessage, EmailMultiAlternatives

from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind, mail_queue


def queue_notice(mail: EmailMessage) -> None:
    """Queue a finished notice. It must contain no key and no code."""
    pages = mail.alternatives if isinstance(mail, EmailMultiAlternatives) else []
    mail_queue(
        NOTICE,
        str(uuid.uuid4()),
        subject=mail.subject,
        body=str(mail.body),
        to=list(mail.to),
        pages=[[str(content), str(kind)] for content, kind in pages],
    )


def _build(mail: QueuedMail) -> EmailMessage:
    kept = mail.arguments
    again = EmailMultiAlternatives(subject=kept["subject"], body=kept["body"], to=kept["to"])
    for content, kind in kept["pages"]:
        again.attach_alternative(content, kind)
    return again


NOTICE = mail_kind("notice", MailKind(_build))
