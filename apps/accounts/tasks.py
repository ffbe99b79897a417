"""Background tasks of people and approval requests."""

from uuid import UUID

from celery import shared_task
from django.db.models import Q

from apps.accounts.approvals.mails import mail_request
from apps.accounts.approvals.services import approvals_sweep
from apps.accounts.disclosures import disclosures_prune
from apps.accounts.email_changes.services import email_changes_expire
from apps.accounts.impersonation.services import impersonations_expire
from apps.accounts.models import ApprovalRequest
from apps.accounts.sessions import old_sessions_delete
from apps.core.graceful_task import GracefulTask
from apps.core.schedulable import schedulable
from apps.core.wording import plural

MOST_AT_ONCE = 200


@schedulable(
    label="End impersonations",
    is_idempotent=True,
    description="Ends impersonations whose time is up.",
)
def end_impersonations() -> str:
    return f"{plural(impersonations_expire(), 'impersonation')} ended."


@shared_task(base=GracefulTask, ignore_result=True, work_queue="mail")
def mail_approval(request_id: str) -> None:
    """Send the e-mails about a request that are due now."""
    mail_request(UUID(request_id))


@schedulable(
    label="Expire requests",
    is_idempotent=True,
    description=(
        "Ends requests that have expired or no longer apply, and sends e-mails that weren't sent."
    ),
)
def sweep_approvals() -> str:
    expired, void = approvals_sweep()
    pending = Q(state="pending")
    owed = ApprovalRequest.objects.filter(
        (pending & Q(announced_at=None)) | (~pending & ~Q(state="withdrawn") & Q(answered_at=None))
    )
    mailed = sum(mail_request(key) for key in owed.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return f"{plural(expired, 'request')} expired, {void:,} became void, {plural(mailed, 'e-mail')} sent."


@schedulable(
    label="Expire changes of e-mail addresses",
    is_idempotent=True,
    description="Ends changes that weren't confirmed in time.",
)
def sweep_email_changes() -> str:
    return f"{plural(email_changes_expire(), 'change')} expired."


@schedulable(
    label="Delete old sessions",
    is_idempotent=True,
    description="Deletes expired sessions.",
)
def delete_old_sessions() -> str:
    return f"{plural(old_sessions_delete(), 'session')} deleted."


@schedulable(
    label="Clean up the personal data access log",
    is_idempotent=True,
    description="Deletes entries of the personal data access log that are older than half a year.",
)
def prune_disclosures() -> str:
    return f"{plural(disclosures_prune(), 'entry', 'entries')} deleted."
