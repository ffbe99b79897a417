"""The scheduled mailing of reports."""

from typing import Annotated

from celery.signals import worker_ready

from apps.core.errors import DomainError
from apps.core.gates import closure_of
from apps.core.schedulable import current_due_at, schedulable
from apps.core.sending import listens_to, send_now
from apps.core.task_arguments import Argument
from apps.reports.gates import REPORT_MAILS
from apps.reports.registry import all_reports
from apps.reports.services import (
    report_mail,
    report_mailing_queue,
    report_mails_resume,
    report_mails_waiting,
)


def _report_choices() -> list[tuple[str, str]]:
    return [(report.name, report.title) for report in all_reports()]


@schedulable(
    label="Mail a report",
    is_idempotent=True,
    queue="bulk",
    description=("E-mails a report to its subscribers, with the CSV file attached."),
)
def mail_report(report: Annotated[str, Argument("Report", choices=_report_choices)]) -> str:
    closure = closure_of(REPORT_MAILS)
    if closure is not None:
        # Queued anyway: they are sent when the switch is on again, unless that takes days.
        report_mailing_queue(report=report, due_at=current_due_at.get())
        return closure.sentence
    sent, already, failed = report_mail(report=report, due_at=current_due_at.get())
    message = f"{sent:,} sent, {already:,} had it already, {failed:,} failed"
    if waiting := report_mails_waiting(report=report):
        message += f", {waiting:,} waiting for another try"
    if failed:
        raise DomainError(f"{message}: see the report's run for the addresses.")
    return f"{message}."


@schedulable(
    label="Send waiting report mails",
    is_idempotent=True,
    queue="mail",
    description=(
        "Continues mailings whose worker stopped, and retries e-mails that couldn't be sent."
    ),
)
def resume_report_mails() -> str:
    closure = closure_of(REPORT_MAILS)
    if closure is not None:
        return closure.sentence
    sent, failed, given_up = report_mails_resume()
    if not (sent or failed or given_up):
        return "No mail was waiting."
    return f"{sent:,} sent, {failed:,} failed, {given_up:,} uncertain or given up."


@worker_ready.connect
def resume_at_start(sender: object, **_: object) -> None:
    if listens_to(sender, resume_report_mails.work_queue):
        send_now(resume_report_mails.name)
