"""An import from the upload to its end, and the remembered matchings."""

from django.conf import settings
from django.db import models

from apps.core.jobs import Job, claimed_only_in
from apps.core.models import BaseModel
from apps.transfers.models.asked import Asked


class ImportRun(Asked, Job):
    """One import. Its rows are in a table of its own, see `engine.schema`; read them by selectors."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        READ = "read", "Read"
        MATCHED = "matched", "Matched"
        STAGED = "staged", "Staged"
        PLANNED = "planned", "Planned"
        CONFIRMED = "confirmed", "Confirmed"
        APPLYING = "applying", "Applying"
        APPLIED = "applied", "Applied"
        APPLIED_IN_PART = "applied_in_part", "Applied in part"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"
        UNDONE = "undone", "Undone"
        UNDONE_IN_PART = "undone_in_part", "Partly undone"

    WORK_STATES = (
        State.UPLOADED,
        State.MATCHED,
        State.STAGED,
        State.CONFIRMED,
        State.APPLYING,
    )
    WAITING_STATES = (State.READ, State.PLANNED)
    APPLIED_STATES = (State.APPLIED, State.APPLIED_IN_PART)
    UNDONE_STATES = (State.UNDONE, State.UNDONE_IN_PART)
    ENDED_STATES = (*APPLIED_STATES, *UNDONE_STATES, State.CANCELED, State.FAILED)

    id = models.BigAutoField(primary_key=True)
    dataset = models.CharField(max_length=50)
    state = models.CharField(
        max_length=20, choices=State, default=State.UPLOADED, db_default=State.UPLOADED
    )
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=20, default="import", editable=False)
    # The dataclasses of `options` as JSON.
    reading = models.JSONField(default=dict, blank=True, help_text="How to read the file.")
    matching = models.JSONField(default=dict, blank=True, help_text="What its columns mean.")
    findings = models.JSONField(default=dict, blank=True, help_text="What was found in the file.")
    # Verdict → rows, as planned; and the results.
    counts = models.JSONField(default=dict, blank=True)
    results = models.JSONField(default=dict, blank=True)
    causes = models.JSONField(default=list, blank=True)
    plan_facts = models.JSONField(
        default=dict, blank=True, help_text="Records by part that the plan creates and updates."
    )
    impacts = models.JSONField(default=list, blank=True)
    seconds = models.JSONField(default=dict, blank=True, help_text="Seconds by phase.")
    peak_rss_mb = models.FloatField(null=True, blank=True)
    content_digest = models.CharField(max_length=64, blank=True, editable=False)
    rows = models.PositiveIntegerField(default=0)
    # Every actionable row up to this number is processed: applied, drifted, or refused.
    checkpoint = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_to_do = models.PositiveIntegerField(default=0)
    # Changes with every plan, so that only the plan that was shown can be confirmed.
    plan_token = models.CharField(max_length=32, blank=True)
    planned_at = models.DateTimeField("planned", null=True, editable=False)
    confirmed_at = models.DateTimeField("confirmed", null=True, editable=False)
    rows_dropped_at = models.DateTimeField(null=True, editable=False)
    upload = models.ForeignKey(
        "transfers.Upload", on_delete=models.PROTECT, related_name="import_runs"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="import_runs",
        help_text="Empty if a command without --user started it.",
    )
    real_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The person who acted as the user, if anyone did.",
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    attempt_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="later_attempts"
    )

    class Meta:
        verbose_name = "import"
        ordering = ["-id"]
        permissions = [
            ("import_data", "Can import data"),
            ("undo_import", "Can undo an import"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "uploaded",
                        "read",
                        "matched",
                        "staged",
                        "planned",
                        "confirmed",
                        "applying",
                        "applied",
                        "applied_in_part",
                        "canceled",
                        "failed",
                        "undone",
                        "undone_in_part",
                    ]
                ),
                name="importrun_state_is_known",
            ),
            claimed_only_in(
                ["uploaded", "matched", "staged", "confirmed", "applying"], "importrun"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="importrun_state"),
            models.Index(fields=["dataset", "-id"], name="importrun_dataset"),
            models.Index(fields=["user", "-id"], name="importrun_user"),
            models.Index(
                fields=["content_digest"],
                name="importrun_content",
                condition=~models.Q(content_digest=""),
            ),
            models.Index(fields=["created_at"], name="importrun_created"),
        ]

    def __str__(self) -> str:
        return f"{self.upload.name} → {self.dataset}, run {self.pk}"

    @property
    def is_waiting_for_a_person(self) -> bool:
        return self.state in self.WAITING_STATES

    @property
    def is_undone(self) -> bool:
        """Whether an undo went through all rows, some of which it may have kept (`results["kept"]`)."""
        return self.state in self.UNDONE_STATES

    @property
    def has_ended(self) -> bool:
        return self.state in self.ENDED_STATES


class ImportTemplate(BaseModel):
    """A saved matching: for the same customer's next roster, found by equal headers."""

    name = models.CharField(
        max_length=120, blank=True, help_text="Empty if it was saved automatically."
    )
    dataset = models.CharField(max_length=50)
    headers_digest = models.CharField(max_length=64, blank=True)
    matching = models.JSONField(default=dict)
    used_at = models.DateTimeField("last used", auto_now=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="import_templates"
    )

    class Meta:
        ordering = ["name", "-used_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dataset", "name"],
                name="importtemplate_name_unique",
                condition=~models.Q(name=""),
            ),
            models.UniqueConstraint(
                fields=["user", "dataset", "headers_digest"],
                name="importtemplate_headers_unique",
                condition=models.Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name or "remembered matching"
