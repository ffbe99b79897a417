"""The schedules that come with the product.

`deploy/bin/release` and `make setup` create those that are new. They change nothing that is there, and do not bring back
what operations deleted. A wrong task, sentence, or argument is an error of `manage.py check`.
"""

from apps.schedules.shipping import Ship

SCHEDULES = [
    # Mail that was not sent the first time.
    Ship("Send waiting mails", task="core.send_queued_mails", when="every 20 seconds"),
    Ship(
        "Send waiting invitations",
        task="organizations.send_waiting_invitations",
        when="every 5 minutes",
    ),
    Ship("Send waiting report mails", task="reports.resume_report_mails", when="every 20 seconds"),
    # Reports.
    Ship("Close the week", task="projects.close_week", when="every hour at :15"),
    Ship("Mail the reports that are due", task="reports.mail_due_reports", when="every minute"),
    # Flags.
    Ship(
        "Carry out planned changes",
        task="flags.carry_out_planned_changes",
        when="every 20 seconds",
    ),
    Ship("Mail stale flags", task="flags.mail_stale_flags", when="Mondays at 08:00"),
    # What has come to its end.
    Ship("Expire invitations", task="organizations.expire_invitations", when="every hour at :10"),
    Ship("End impersonations", task="accounts.end_impersonations", when="every 5 minutes"),
    Ship("Expire requests", task="accounts.sweep_approvals", when="every 5 minutes"),
    Ship(
        "Expire changes of e-mail addresses",
        task="accounts.sweep_email_changes",
        when="every 5 minutes",
    ),
    Ship("Pick up abandoned jobs", task="core.jobs_sweep", when="every 20 seconds"),
    # The night.
    Ship("Verify the audit log", task="audit.verify_audit_log", when="daily at 03:00"),
    Ship("Clean up old report mails", task="reports.clean_up_report_mails", when="daily at 03:30"),
    Ship("Clean up old e-mails", task="core.clean_up_queued_mails", when="daily at 03:35"),
    Ship("Delete old bulk plans", task="bulk.bulk_clean_up", when="daily at 03:25"),
    Ship("Empty the trash", task="retention.empty_trash", when="daily at 02:40"),
    Ship("Delete old uploads", task="transfers.transfers_clean_up", when="daily at 03:20"),
    Ship(
        "Clean up old task runs",
        task="schedules.prune_task_runs",
        when="daily at 03:40",
        arguments={"days": 30, "runs": 3000},
    ),
    Ship(
        "Clean up old alarms",
        task="schedules.prune_alarms",
        when="daily at 03:45",
        arguments={"days": 90},
    ),
    Ship(
        "Clean up idempotency keys",
        task="api.prune_idempotent_requests",
        when="every hour at :50",
    ),
    Ship("Delete old sessions", task="accounts.delete_old_sessions", when="daily at 03:50"),
    Ship(
        "Clean up the personal data access log",
        task="accounts.prune_disclosures",
        when="daily at 03:50",
    ),
]
