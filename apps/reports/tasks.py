"""The scheduled mailing of reports."""

from apps.core.errors import DomainError
from apps.core.gates import closure_of
from apps.core.schedulable import schedulable
from apps.reports.services import report_mail


@schedulable(
    label="Mail a report",
    description="Mails a report to the staff who subscribed, with its CSV attached. Takes the "
    "report's name.",
)
def mail_report(report: str) -> str:
    closure = closure_of("report-mails")
    if closure is not None:
        return closure.sentence
    sent, already, failed = report_mail(report=report)
    said = f"{sent:,} sent, {already:,} had it already, {failed:,} failed"
    if failed:
        raise DomainError(f"{said}: see the report's run for the addresses.")
    return f"{said}."
