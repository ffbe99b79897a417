"""The schedules that the product ships with.

Each is created by the set-up when it is missing. Staff may change its time or disable it in the
admin; that is never overwritten. A schedule that leaves this list stays, and is shown as such.
"""

from typing import Any

# "every" is a number and a unit of time; "crontab" is minute, hour, day of month, month, day of
# week, in TIME_ZONE.
SCHEDULES: list[dict[str, Any]] = [
    {
        "name": "Verify the audit log",
        "task": "apps.audit.tasks.verify_audit_log",
        "crontab": "0 3 * * *",
    },
    {
        "name": "End impersonations",
        "task": "apps.accounts.tasks.end_impersonations",
        "every": (5, "minutes"),
    },
    {
        "name": "Clean up the personal data access log",
        "task": "apps.accounts.tasks.prune_disclosures",
        "crontab": "50 3 * * *",
    },
    {
        "name": "Sweep lost task runs",
        "task": "apps.schedules.tasks.sweep_task_runs",
        "every": (1, "minutes"),
    },
    {
        "name": "Clean up old task runs",
        "task": "apps.schedules.tasks.prune_task_runs",
        "crontab": "40 3 * * *",
    },
    {
        "name": "Expire invitations",
        "task": "apps.organizations.tasks.expire_invitations",
        "crontab": "10 * * * *",
    },
    {
        "name": "Send waiting invitations",
        "task": "apps.organizations.tasks.send_waiting_invitations",
        "every": (5, "minutes"),
    },
    {
        "name": "Sweep requests",
        "task": "apps.accounts.tasks.sweep_approvals",
        "every": (5, "minutes"),
    },
    {
        "name": "Sweep changes of e-mail addresses",
        "task": "apps.accounts.tasks.sweep_email_changes",
        "every": (5, "minutes"),
    },
    {
        "name": "Pick up abandoned jobs",
        "task": "apps.transfers.tasks.jobs_sweep",
        "every": (1, "minutes"),
    },
    {
        "name": "Delete old sessions",
        "task": "apps.accounts.tasks.delete_old_sessions",
        "crontab": "50 3 * * *",
    },
    {
        "name": "Delete old uploads",
        "task": "apps.transfers.tasks.transfers_clean_up",
        "crontab": "20 3 * * *",
    },
    {
        "name": "Send waiting mails",
        "task": "apps.core.tasks.send_queued_mails",
        "every": (1, "minutes"),
    },
    {
        "name": "Send waiting report mails",
        "task": "apps.reports.tasks.resume_report_mails",
        "every": (1, "minutes"),
    },
    {
        "name": "Weekly report",
        "task": "apps.reports.tasks.mail_report",
        "kwargs": {"report": "weekly"},
        "crontab": "0 7 * * 1",
    },
]
