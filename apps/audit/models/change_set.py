"""Change sets: who changed something, why, and through what."""

from django.db import models

from apps.audit import triggers
from apps.audit.origins import CHANGE_SOURCES
from apps.core.personal_patterns import masked_in

# The columns that are redacted when a person is anonymized; those of one list together.
CHANGE_SET_GROUPS = [["actor_label", "real_actor_label", "address"], ["reason"]]


class ChangeSet(models.Model):
    """Everything that one request, run, task or command changed.

    Written by the function `audit_change_set()` at its first change. It has one actor; where one
    request changes hands (a sign-in, a task that does somebody's work), the second change set has
    the first as its `root`.
    """

    id = models.UUIDField(primary_key=True)
    # Its position, from the same sequence as every `history_id`.
    position = models.BigIntegerField(unique=True)
    # The outermost change set around this one; its own ID if there is none.
    root_id = models.UUIDField(db_index=True)
    started_at = models.DateTimeField(db_index=True)
    # No foreign keys: entries outlive the people and records that they name.
    actor_id = models.UUIDField(null=True)
    actor_label = models.TextField()
    real_actor_id = models.UUIDField(null=True)
    real_actor_label = models.TextField(default="")
    reason = models.TextField(default="")
    source = models.CharField(max_length=20)  # One of `CHANGE_SOURCES`.
    request_id = models.TextField(default="")
    path = models.TextField(default="")
    address = models.TextField(default="")
    # The job that the change is part of, if any: one of `RUN_KINDS`, and its key as text.
    run_kind = models.TextField(default="")
    run_id = models.TextField(default="")
    # What the database itself knows about its client, which no setting can forge.
    database_role = models.TextField()
    application = models.TextField(default="")

    class Meta:
        ordering = ["-started_at", "-id"]
        default_permissions = ("view",)
        permissions = [
            ("view_auditlog", "Can view the audit log"),
            ("export_auditlog", "Can export the audit log"),
            ("revert_record", "Can revert a record to an earlier state"),
        ]
        indexes = [
            models.Index(fields=["actor_id", "started_at"], name="changeset_actor"),
            models.Index(fields=["request_id"], name="changeset_request"),
            models.Index(
                fields=["run_kind", "run_id"],
                name="changeset_run",
                condition=~models.Q(run_kind=""),
            ),
        ]
        triggers = [
            triggers.AppendOnly(),
            triggers.RecordRemoval(position="position"),
            triggers.RecordRedaction(position="position", groups=CHANGE_SET_GROUPS),
        ]

    def __str__(self) -> str:
        return f"{self.source_label} by {masked_in(self.actor_name)}"

    @property
    def actor_name(self) -> str:
        """The name without the address, which is shown only where somebody asks for a person."""
        return self.actor_label.partition(" <")[0]

    @property
    def source_label(self) -> str:
        source = CHANGE_SOURCES.get(self.source)
        return source.label if source else self.source
