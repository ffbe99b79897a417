"""The messages and scheduled tasks of report files and report mails."""

from celery import shared_task
from celery.signals import worker_ready

from apps.core.gates import closure_of
from apps.core.graceful_task import GracefulTask
from apps.core.job_kinds import TRIED_AGAIN
from apps.core.schedulable import schedulable
from apps.core.sending import listens_to, send_now
from apps.core.wording import plural
from apps.reports.gates import REPORT_MAILS
from apps.reports.services import (
    mailing_prepare,
    mailings_queue_due,
    report_mails_ask,
    report_mails_clean_up,
    report_mails_resume,
    report_run_advance,
    report_runs_clean_up,
)


@schedulable(
    label="Mail the reports that are due",
    is_idempotent=True,
    description="Starts a mailing for each subscription to a report that is due.",
)
def mail_due_reports() -> str:
    queued = mailings_queue_due()
    return f"{plural(queued, 'subscription')} due." if queued else "No subscription was due."


@shared_task(**TRIED_AGAIN, work_queue="bulk")
def make_report(run_id: int) -> None:
    report_run_advance(run_id=run_id)


@shared_task(**TRIED_AGAIN, work_queue="bulk")
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
    return (
        f"A mail worker sends {plural(waiting, 'e-mail')}." if waiting else "No mail was waiting."
    )


@schedulable(
    label="Clean up old report mails",
    is_idempotent=True,
    description=(
        "Deletes the files of downloaded reports after 7 days, and mailings of reports after 90 days."
    ),
)
def clean_up_report_mails() -> str:
    files, mailings = report_runs_clean_up(), report_mails_clean_up()
    return f"{plural(files, 'file')} and {plural(mailings, 'mailing')} deleted."


@worker_ready.connect
def resume_at_start(sender: object, **_: object) -> None:
    if listens_to(sender, "mail"):
        send_now(send_report_mails.name)
    if listens_to(sender, resume_report_mails.work_queue):
        # Asks for mailings that nobody prepares, too: their message may be gone with a killed worker.
        send_now(resume_report_mails.name)
