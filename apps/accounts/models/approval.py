"""Approval requests: what one person wants to do and a second person must approve."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from apps.accounts.querysets import ApprovalQuerySet
from apps.audit.history import History
from apps.core.models import BaseModel


class ApprovalRequest(BaseModel):
    """The exact requested action, as it was when it was requested; only the decision is added."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        APPROVED = "approved", "Approved and done"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Expired"
        VOID = "void", "Void"

    kind = models.CharField(max_length=80, help_text="The key of the requested action.")
    sentence = models.TextField("what", help_text="The requested action in one sentence.")
    # The complete arguments of the service call: IDs and values.
    arguments = models.JSONField()
    # The preview that was shown: records, values, consequences; see `approvable.preview`.
    preview = models.JSONField()
    # SHA-256 of everything it would affect, including what is too much to show.
    fingerprint = models.CharField(max_length=64)
    reason = models.TextField()
    state = models.CharField(
        max_length=20, choices=State, default=State.PENDING, db_default=State.PENDING
    )
    expires_at = models.DateTimeField("expires")
    decided_at = models.DateTimeField("decided", null=True, blank=True)
    decision_reason = models.TextField(blank=True, default="", db_default="")
    outcome = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What happened when it was decided or ended.",
    )
    # The action's permissions: an approver needs them, too, and only approvers see the request.
    permissions = ArrayField(models.TextField(), default=list, blank=True, db_default=[])
    # People who would benefit: they may not decide.
    beneficiaries = ArrayField(models.UUIDField(), default=list, blank=True, db_default=[])
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approval_requests"
    )
    real_requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The person who acted as the requester, if anyone did.",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = models.Manager.from_queryset(ApprovalQuerySet)()  # type: ignore[assignment]
    # The request itself never changes, and can be large.
    history = History(
        excluded_fields=["arguments", "preview"],
        # These texts may identify a person.
        erased_fields=["sentence", "reason", "decision_reason", "outcome"],
        untracked_fields=["announced_at", "answered_at"],
    )

    class Meta:
        verbose_name = "approval request"
        ordering = ["-created_at"]
        default_permissions = ("view",)
        permissions = [("decide_approvalrequest", "Can approve and refuse other people's requests")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["pending", "approved", "refused", "withdrawn", "expired", "void"]
                ),
                name="approvalrequest_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | (
                    ~models.Q(decided_by=models.F("requester"))
                    & (
                        models.Q(real_requester__isnull=True)
                        | ~models.Q(decided_by=models.F("real_requester"))
                    )
                ),
                name="approvalrequest_two_people",
                violation_error_message="You can't decide on your own request.",
            ),
            models.UniqueConstraint(
                fields=["requester", "kind", "fingerprint"],
                name="approvalrequest_asked_once",
                condition=models.Q(state="pending"),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="approvalrequest_state"),
            models.Index(fields=["requester", "-created_at"], name="approvalrequest_requester"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="says_what_it_said",
                fields=[
                    "kind",
                    "arguments",
                    "preview",
                    "fingerprint",
                    "requester",
                    "real_requester",
                    "beneficiaries",
                    "permissions",
                ],
            ),
            pgtrigger.Protect(name="is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING and self.expires_at > timezone.now()
