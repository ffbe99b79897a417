"""Invitations to join an organization."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils import timezone

from apps.accounts.models.user import REMOVED_DOMAIN, RESERVED
from apps.audit.history import History
from apps.core.fields import FoldedEmailField
from apps.core.models import AliveManager, BaseModel
from apps.core.personal_patterns import masked
from apps.holds.triggers import keeps_held
from apps.organizations.models.membership import Role
from apps.organizations.models.organization import Organization
from apps.organizations.querysets import InvitationQuerySet


class Invitation(BaseModel):
    """An invitation to join, sent to an e-mail address and valid for some days."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        ACCEPTED = "accepted", "Accepted"
        REVOKED = "revoked", "Revoked"
        EXPIRED = "expired", "Expired"

    email = FoldedEmailField("e-mail", max_length=254)
    role = models.CharField(
        max_length=20, choices=Role, default=Role.MEMBER, db_default=Role.MEMBER
    )
    state = models.CharField(
        max_length=20,
        choices=State,
        default=State.PENDING,
        db_default=State.PENDING,
        editable=False,
    )
    # Only the SHA-256 of the token is stored: a reader of the table cannot accept an invitation.
    token_digest = models.CharField("link", max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField("expires", editable=False)
    sent_at = models.DateTimeField("sent", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("accepted", null=True, blank=True, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="invitations", db_index=False
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="sent_invitations",
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="accepted_invitations",
    )

    objects = AliveManager.from_queryset(InvitationQuerySet)()
    all_objects = models.Manager.from_queryset(InvitationQuerySet)()
    history = History(excluded_fields=["token_digest"], masked_fields=["email"])

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                name="invitation_pending_unique",
                condition=models.Q(state="pending"),
                violation_error_message="An invitation to this address is already waiting.",
            ),
            models.CheckConstraint(
                condition=~models.Q(email__endswith=f"@{REMOVED_DOMAIN}", state="pending"),
                name="invitation_removed_is_nobody",
                violation_error_message=RESERVED,
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "accepted", "revoked", "expired"]),
                name="invitation_state_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="invitation_state"),
            models.Index(fields=["created_at"], name="invitation_created"),
            models.Index(fields=["state", "id"], name="invitation_state_newest"),
            models.Index(fields=["email"], name="invitation_email"),
            models.Index(fields=["organization", "created_at"], name="invitation_organization"),
            models.Index(
                fields=["created_at"],
                name="invitation_unsent",
                condition=models.Q(state="pending", sent_at=None),
            ),
            GinIndex(SearchVector("email", config="simple"), name="invitation_search"),
        ]
        triggers = [*keeps_held("organization")]

    def __str__(self) -> str:
        return f"{masked(self.email)} to {self.organization}"

    @property
    def can_be_accepted(self) -> bool:
        """Whether its link still works; a task marks overdue invitations only later."""
        return self.state == self.State.PENDING and self.expires_at > timezone.now()
