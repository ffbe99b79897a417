"""The audit tables that belong to no single model: change sets, events, proofs."""

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.audit import triggers
from apps.audit.kinds import EVENT_KINDS
from apps.audit.origins import CHANGE_SOURCES
from apps.core.personal import masked_in

# The columns that are redacted when a person is anonymized; those of one list together.
CHANGE_SET_GROUPS = [["actor_label", "real_actor_label", "address"], ["reason"]]
EVENT_GROUPS = [["target_label"], ["data"], ["reason"]]


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


class Event(models.Model):
    """Something that happened without changing a record. The database fills in its context."""

    # Its position, from the same sequence as every `history_id`.
    id = models.BigIntegerField(primary_key=True, db_default=0, editable=False)
    at = models.DateTimeField(db_default=models.functions.Now(), db_index=True, editable=False)
    kind = models.CharField(
        max_length=40
    )  # One of `EVENT_KINDS`; no choices, so a new one is no migration.
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


class Removal(models.Model):
    """Removed audit rows: the database itself writes this whenever rows are deleted."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    table = models.TextField()
    rows = models.BigIntegerField()
    positions = ArrayField(models.BigIntegerField())
    reason = models.TextField()
    change_set_id = models.UUIDField()
    database_role = models.TextField()

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        triggers = [triggers.AppendOnly()]

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.table}"


class Redaction(models.Model):
    """Redacted audit rows: the database itself writes this when personal data is redacted.

    `digests` are those of the redacted data, in the order of `positions`: with them, the rows still
    match their sealed digests. `links` are those of the following rows.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    table = models.TextField()
    columns = ArrayField(models.TextField())
    rows = models.BigIntegerField()
    positions = ArrayField(models.BigIntegerField())
    digests = ArrayField(models.UUIDField())
    links = ArrayField(models.BigIntegerField(null=True))
    # No foreign key: the entry outlives the record it names.
    person = models.UUIDField(null=True)
    reason = models.TextField()
    change_set_id = models.UUIDField()
    database_role = models.TextField()

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        triggers = [triggers.AppendOnly()]

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.table} redacted"


class Seal(models.Model):
    """One link of the chain of digests: a day's rows (or those since its last seal) of all tables."""

    sealed_at = models.DateTimeField(db_default=models.functions.Now())
    day = models.DateField()
    rows = models.BigIntegerField()
    # Every position up to this one is sealed, and no more rows can appear there.
    last_position = models.BigIntegerField()
    previous = models.TextField()
    digest = models.TextField(unique=True)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        triggers = [triggers.RefuseChange()]

    def __str__(self) -> str:
        return f"{self.day}: {self.digest[:12]}"


class SealBlock(models.Model):
    """Up to 1,000 sealed rows of one table, with a digest of each, so that a changed row can be
    identified.

    A row's digest is the first half of the SHA-256 of its text, over `columns`: adding a column
    later does not change it.
    """

    table = models.TextField()
    columns = ArrayField(models.TextField())
    # Groups of redactable columns, each as "a,b": a row's digest has one digest for each.
    personal = ArrayField(models.TextField(), default=list)
    first_position = models.BigIntegerField()
    last_position = models.BigIntegerField()
    positions = ArrayField(models.BigIntegerField())
    digests = ArrayField(models.UUIDField())
    digest = models.TextField()
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="blocks")

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["table", "last_position"], name="sealblock_table")]
        triggers = [triggers.RefuseChange()]

    def __str__(self) -> str:
        return f"{self.table} {self.first_position} to {self.last_position}"


class ColumnSet(models.Model):
    """The columns of a history table over time: row links were computed over them."""

    table = models.TextField()
    columns = ArrayField(models.TextField())
    # The audit log's position when the columns were first seen.
    position = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.table} from {self.position}"


class Verification(models.Model):
    """The verdict of one run of `verify_audit`."""

    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField()
    whole = models.BooleanField()
    rows = models.BigIntegerField()
    problems = models.JSONField(default=list)
    head = models.TextField(default="")

    class Meta:
        ordering = ["-started_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return "Whole" if self.whole else f"{len(self.problems)} problems"
