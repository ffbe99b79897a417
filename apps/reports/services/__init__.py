"""Making and mailing reports, and subscribing to them."""

from apps.reports.services.deliveries import report_mail_leave, report_mail_send_again
from apps.reports.services.mailings import mailing_start, mailings_queue_due
from apps.reports.services.mails import report_mails_ask, report_mails_resume, report_mails_send
from apps.reports.services.making import made_at_once, report_run_advance
from apps.reports.services.preparation import mailing_prepare
from apps.reports.services.recipients import (
    recipient_unsubscribe,
    recipients_add,
    recipients_remove,
)
from apps.reports.services.retention import report_mails_clean_up, report_runs_clean_up
from apps.reports.services.runs import report_make, report_run_cancel, report_run_start
from apps.reports.services.subscriptions import (
    report_subscribe,
    report_unsubscribe,
    subscription_create,
    subscription_draft,
    subscription_update,
    subscriptions_resume,
    subscriptions_stop,
)

__all__ = [
    "made_at_once",
    "mailing_prepare",
    "mailing_start",
    "mailings_queue_due",
    "recipient_unsubscribe",
    "recipients_add",
    "recipients_remove",
    "report_mail_leave",
    "report_mail_send_again",
    "report_mails_ask",
    "report_mails_clean_up",
    "report_mails_resume",
    "report_mails_send",
    "report_make",
    "report_run_advance",
    "report_run_cancel",
    "report_run_start",
    "report_runs_clean_up",
    "report_subscribe",
    "report_unsubscribe",
    "subscription_create",
    "subscription_draft",
    "subscription_update",
    "subscriptions_resume",
    "subscriptions_stop",
]
