"""Events: what happened and changed no record."""

from django.contrib.contenttypes.models import ContentType
from django.db import models

from apps.audit import triggers
from apps.audit.kinds import EVENT_KINDS
from apps.audit.models.change_set import ChangeSet

# The columns that are redacted when a person is anonymized; those of one list together.
EVENT_GROUPS = [["target_label"], ["data"], ["reason"]]


class Event(models.Model):
    """Something that happened without changing a record. The database fills in its context."""

    # Its position, from the same sequence as every `history_id`.
    id = models.BigIntegerField(primary_key=True, db_default=0, editable=False)
    at = models.DateTimeField(db_default=models.functions.Now(), db_index=True, editable=False)
    kind = models.CharField(
        max_length=40
    )  # One of `EVENT_KINDS`; no choices, so a new one needs no migration.
    target_pk = models.TextField(default="")
    target_label = models.TextField(default="")
    reason = models.TextField(default="", db_default="")
    data = models.JSONField(default=dict)
    target_type = models.ForeignKey(
        ContentType, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    change_set = models.ForeignKey(
        ChangeSet,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="events",
        editable=False,
    )

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["kind", "id"], name="event_kind"),
            models.Index(fields=["target_type", "target_pk", "id"], name="event_target"),
        ]
        triggers = [
            triggers.FillEvent(),
            triggers.RefuseChange(),
            triggers.RecordRemoval(position="id"),
            triggers.RecordRedaction(position="id", groups=EVENT_GROUPS),
        ]

    def __str__(self) -> str:
        return self.kind_label

    @property
    def kind_label(self) -> str:
        kind = EVENT_KINDS.get(self.kind)
        return kind.label if kind else self.kind
