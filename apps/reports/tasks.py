"""The messages and scheduled tasks of report mails."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import InterfaceError, OperationalError

from apps.core.gates import closure_of
from apps.core.graceful_task import GracefulTask
from apps.core.schedulable import schedulable
from apps.core.sending import listens_to, send_now
from apps.reports.gates import REPORT_MAILS
from apps.reports.services import (
    mailing_prepare,
    mailings_queue_due,
    report_mails_ask,
    report_mails_clean_up,
    report_mails_resume,
)

# The database may be away for a moment. The sweep does the rest.
PASSING: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 2,
    "retry_backoff_max": 5,
    "max_retries": 20,
}


@schedulable(
    label="Mail the reports that are due",
    is_idempotent=True,
    description="Starts a mailing for each subscription to a report that is due.",
)
def mail_due_reports() -> str:
    queued = mailings_queue_due()
    return f"{queued:,} subscriptions were due." if queued else "No subscription was due."


@shared_task(**PASSING, work_queue="bulk")
def prepare_report_mails(mailing_id: int) -> None:
    mailing_prepare(mailing_id=mailing_id)


@shared_task(base=GracefulTask, work_queue="mail")
def send_report_mails() -> None:
    if closure_of(REPORT_MAILS) is None:
        report_mails_resume()


@schedulable(
    label="Send waiting report mails",
    is_idempotent=True,
    description=(
        "Continues mailings whose worker stopped, and retries e-mails that couldn't be sent."
    ),
)
def resume_report_mails() -> str:
    closure = closure_of(REPORT_MAILS)
    if closure is not None:
        return closure.sentence
    waiting = report_mails_ask()
    return f"{waiting:,} are waiting for a mail worker." if waiting else "No mail was waiting."


@schedulable(
    label="Clean up old report mails",
    is_idempotent=True,
    description="Deletes mailings of reports that are older than 90 days, with their files.",
)
def clean_up_report_mails() -> str:
    return f"{report_mails_clean_up():,} mailings deleted."


@worker_ready.connect
def resume_at_start(sender: object, **_: object) -> None:
    if listens_to(sender, "mail"):
        send_now(send_report_mails.name)
