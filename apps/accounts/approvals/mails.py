"""Mails about requests: to those who can decide, and to who asked. The pages say it as well."""

from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts.approvals.selectors import deciders_of
from apps.accounts.models import ApprovalRequest
from apps.core.errors import DomainError
from apps.core.sending import send_after_commit


def announce_later(request: ApprovalRequest) -> None:
    from apps.accounts.tasks import mail_approval

    send_after_commit(
        mail_approval, str(request.pk), swept_by="apps.accounts.tasks.sweep_approvals"
    )


answer_later = announce_later


def mail_request(key: UUID) -> int:
    """Send what is owed about a request: noted first, so that nobody is told twice; return how many."""
    with transaction.atomic():
        request = ApprovalRequest.objects.select_for_update(of=("self",)).filter(pk=key).first()
        if request is None:
            return 0
        asked = request.state == ApprovalRequest.State.PENDING
        if (request.announced_at if asked else request.answered_at) is not None:
            return 0
        field = "announced_at" if asked else "answered_at"
        setattr(request, field, timezone.now())
        request.save(update_fields=[field])
    try:
        return _announce(request) if asked else _answer(request)
    except OSError:
        # The mail server is away; the sweep tries again.
        ApprovalRequest.objects.filter(pk=key).update(**{field: None})
        return 0


def _announce(request: ApprovalRequest) -> int:
    """Ask those who can decide; each gets a mail of his own, so that nobody reads the others' names."""
    try:
        people = deciders_of(request)
    except DomainError:
        return 0
    for person in people:
        send_mail(
            subject=f"{_line(str(request.requester))} asks you to approve something",
            message="\n".join(
                [
                    f"{request.requester} asks for a second person:",
                    "",
                    request.sentence,
                    f"Reason: {request.reason}",
                    f"Open until {request.expires_at:%Y-%m-%d %H:%M %Z}.",
                    "",
                    address(request),
                ]
            ),
            from_email=None,
            recipient_list=[person.email],
        )
    return len(people)


def _answer(request: ApprovalRequest) -> int:
    by = f" by {request.decided_by}" if request.decided_by else ""
    send_mail(
        subject=f"Your request: {request.get_state_display().lower()}",
        message="\n".join(
            [
                request.sentence,
                f"{request.get_state_display()}{by}.",
                *([f"Reason: {request.decision_reason}"] if request.decision_reason else []),
                request.outcome,
                "",
                address(request),
            ]
        ),
        from_email=None,
        recipient_list=[request.requester.email],
    )
    return 1


def address(request: ApprovalRequest) -> str:
    path = reverse("admin:accounts_approvalrequest_change", args=[request.pk])
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _line(text: str) -> str:
    # A name with a line break in it must not become a second header.
    return " ".join(text.split())
