"""Making, mailing and subscribing to reports."""

from apps.reports.services.mails import (
    report_mail,
    report_mailing_queue,
    report_mails_resume,
    report_mails_waiting,
)
from apps.reports.services.runs import report_make, report_run
from apps.reports.services.subscriptions import (
    report_subscribe,
    report_unsubscribe,
    subscriptions_stop,
)

__all__ = [
    "report_mail",
    "report_mailing_queue",
    "report_mails_resume",
    "report_mails_waiting",
    "report_make",
    "report_run",
    "report_subscribe",
    "report_unsubscribe",
    "subscriptions_stop",
]
