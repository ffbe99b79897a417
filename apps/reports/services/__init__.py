"""Making, mailing and subscribing to reports."""

from apps.reports.services.mailing import (
    report_mail,
    report_mailing_owe,
    report_mails_resume,
    report_mails_waiting,
)
from apps.reports.services.making import report_make, report_run
from apps.reports.services.subscribing import report_subscribe, report_unsubscribe

__all__ = [
    "report_mail",
    "report_mailing_owe",
    "report_mails_resume",
    "report_mails_waiting",
    "report_make",
    "report_run",
    "report_subscribe",
    "report_unsubscribe",
]
