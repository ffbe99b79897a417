"""E-mails about requests, to the people who can decide and to the requester. The pages show the same."""

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts.approvals.selectors import deciders_of
from apps.accounts.models import ApprovalRequest, User
from apps.core.errors import DomainError
from apps.core.models import QueuedMail
from apps.core.personal_patterns import masked_in
from apps.core.queued_mails import MailKind, mail_kind, mail_queue, mails_send
from apps.core.sending import send_after_commit

MAIL = "apps.accounts.tasks.mail_approval"
SWEEP = "apps.accounts.tasks.sweep_approvals"


def announce_later(request: ApprovalRequest) -> None:
    send_after_commit(MAIL, str(request.pk), swept_by=SWEEP)


answer_later = announce_later


def mail_request(key: UUID) -> int:
    """Queue and send the e-mails about a request, one per person; return how many were sent.

    Each is queued separately: if the mail server goes away after the third, nobody gets a
    duplicate. Another worker may be sending some of them already.
    """
    with transaction.atomic():
        request = ApprovalRequest.objects.select_for_update(of=("self",)).filter(pk=key).first()
        if request is None:
            return 0
        asked = request.state == ApprovalRequest.State.PENDING
        field = "announced_at" if asked else "answered_at"
        if getattr(request, field) is not None:
            return 0
        setattr(request, field, timezone.now())
        request.save(update_fields=[field])
        owed = [(str(key), str(person.pk)) for person in _people(request, asked)]
        kind = REQUEST_ASKED if asked else REQUEST_ANSWERED
        for one, person in owed:
            mail_queue(kind, f"{one}:{person}", request=one, person=person)
    return mails_send(kind, [f"{one}:{person}" for one, person in owed])


def _people(request: ApprovalRequest, asked: bool) -> list[User]:
    if not asked:
        return [request.requester]
    try:
        return list(deciders_of(request))
    except DomainError:
        return []


def _both(mail: QueuedMail) -> tuple[ApprovalRequest | None, User | None]:
    request = ApprovalRequest.objects.filter(pk=mail.arguments["request"]).first()
    return request, User.objects.active().filter(pk=mail.arguments["person"]).first()


def _announcement(mail: QueuedMail) -> EmailMessage | None:
    """Build the e-mail to one person who can decide; recipients do not see each other's names."""
    request, person = _both(mail)
    if request is None or person is None or request.state != ApprovalRequest.State.PENDING:
        return None
    return EmailMessage(
        subject=f"{_line(str(request.requester))} needs your approval",
        body="\n".join(
            [
                f"{request.requester} needs a second person's approval:",
                "",
                _readable(request.sentence, person),
                f"Reason: {_readable(request.reason, person)}",
                f"Open until {request.expires_at:%Y-%m-%d %H:%M %Z}.",
                "",
                address(request),
            ]
        ),
        to=[person.email],
    )


def _answer(mail: QueuedMail) -> EmailMessage | None:
    request, person = _both(mail)
    if request is None or person is None:
        return None
    by = f" by {request.decided_by}" if request.decided_by else ""
    return EmailMessage(
        subject=f"Your request: {request.get_state_display().lower()}",
        body="\n".join(
            [
                _readable(request.sentence, person),
                f"{request.get_state_display()}{by}.",
                *(
                    [f"Reason: {_readable(why, person)}"]
                    if (why := request.decision_reason)
                    else []
                ),
                _readable(request.outcome, person),
                "",
                address(request),
            ]
        ),
        to=[person.email],
    )


REQUEST_ASKED = mail_kind("request asked", MailKind(_announcement))
REQUEST_ANSWERED = mail_kind("request answered", MailKind(_answer))


def address(request: ApprovalRequest) -> str:
    path = reverse("admin:accounts_approvalrequest_change", args=[request.pk])
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _readable(text: str, person: User) -> str:
    """Return a text as its page shows it to the person."""
    return text if person.has_perm("accounts.view_personal_data") else masked_in(text)


def _line(text: str) -> str:
    # A line break in a name must not become a second header.
    return " ".join(text.split())
