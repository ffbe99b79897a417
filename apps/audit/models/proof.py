"""What proves the audit log: rows that left it, what was blanked in it, and its seals."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.audit import triggers


class RecordedAct(models.Model):
    """What the database itself writes when audit rows are removed or redacted."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    table = models.TextField()
    rows = models.BigIntegerField()
    positions = ArrayField(models.BigIntegerField())
    reason = models.TextField()
    change_set_id = models.UUIDField()
    database_role = models.TextField()

    class Meta:
        abstract = True
        ordering = ["-id"]
        default_permissions = ()
        triggers = [triggers.AppendOnly()]


class Removal(RecordedAct):
    """Removed audit rows."""

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.table}"


class Redaction(RecordedAct):
    """Redacted audit rows.

    `digests` are those of the redacted data, in the order of `positions`: with them, the rows still
    match their sealed digests. `links` are those of the following rows.
    """

    columns = ArrayField(models.TextField())
    digests = ArrayField(models.UUIDField())
    links = ArrayField(models.BigIntegerField(null=True))
    # No foreign key: the entry outlives the record it names.
    person = models.UUIDField(null=True)

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
