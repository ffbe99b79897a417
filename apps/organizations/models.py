"""Organizations, the people in them, and the invitations to them."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils import timezone

from apps.audit.history import History
from apps.core.fields import FoldedEmailField
from apps.core.models import AliveManager, BaseModel, SoftDeletableModel
from apps.core.personal import masked
from apps.organizations.querysets import (
    InvitationQuerySet,
    MembershipQuerySet,
    OrganizationQuerySet,
)


class Role(models.TextChoices):
    """What a person may do in an organization."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class Organization(SoftDeletableModel):
    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        CLOSED = "closed", "Closed"

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, db_index=False)
    external_id = models.CharField(
        "external ID", max_length=200, blank=True, help_text="The customer's own number for it."
    )
    status = models.CharField(
        max_length=20, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_organizations",
        help_text="The person who answers for it; always holds an owner's seat.",
    )

    objects = AliveManager.from_queryset(OrganizationQuerySet)()
    all_objects = models.Manager.from_queryset(OrganizationQuerySet)()
    history = History()

    class Meta(SoftDeletableModel.Meta):
        ordering = ["name", "id"]
        permissions = [
            ("restore_organization", "Can restore organization"),
            ("purge_organization", "Can purge organization"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                name="organization_slug_unique",
                condition=models.Q(deleted_at=None),
                violation_error_message="Another organization has this slug.",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                name="organization_external_id_unique",
                condition=models.Q(deleted_at=None) & ~models.Q(external_id=""),
                violation_error_message="Another organization has this external ID.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="organization_name_is_given",
                violation_error_message="An organization needs a name.",
            ),
            models.CheckConstraint(
                condition=~models.Q(slug=""),
                name="organization_slug_is_given",
                violation_error_message="An organization needs a slug.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "suspended", "closed"]),
                name="organization_status_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="organization_name"),
            models.Index(fields=["status", "name"], name="organization_status"),
            models.Index(fields=["created_at"], name="organization_created"),
            models.Index(
                fields=["deleted_at"],
                name="organization_trash",
                condition=models.Q(deleted_at__isnull=False),
            ),
            GinIndex(
                SearchVector("name", "slug", "external_id", config="simple"),
                name="organization_search",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="owner_has_a_seat",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("owner_id"),
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__owner__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM organizations_organization o
                        WHERE o.id = NEW.id AND o.owner_id IS NOT NULL AND NOT EXISTS (
                            SELECT 1 FROM organizations_membership m
                            WHERE m.organization_id = o.id
                              AND m.user_id = o.owner_id AND m.role = 'owner'
                        )
                    )
                    THEN
                        RAISE EXCEPTION 'the owner of organization % holds no owner''s seat', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_has_a_seat';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TrashedOrganization(Organization):
    """The same table seen from the trash; exists so that the trash has pages of its own."""

    class Meta:
        proxy = True
        default_permissions = ()
        ordering = ["-deleted_at"]
        verbose_name = "organization in the trash"
        verbose_name_plural = "organizations in the trash"


class Membership(BaseModel):
    """A seat: one person in one organization with one role."""

    role = models.CharField(
        max_length=20, choices=Role, default=Role.MEMBER, db_default=Role.MEMBER
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )

    objects = models.Manager.from_queryset(MembershipQuerySet)()
    history = History()

    class Meta:
        ordering = ["organization", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                name="membership_unique",
                violation_error_message="This person already has a seat in this organization.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "role"], name="membership_organization_role"),
            models.Index(fields=["role", "id"], name="membership_role"),
            models.Index(fields=["created_at"], name="membership_created"),
        ]
        triggers = [
            # The last line of defense; services and the import say it earlier and more kindly.
            # Deferred, so that one transaction may pass ownership on in any order, and a row
            # trigger, because only owners' seats ever fire it. It locks the organization first:
            # of two transactions that each remove one of two owners, the second sees the first.
            pgtrigger.Trigger(
                name="keeps_an_owner",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("role", "organization_id", "user_id")
                | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__role="owner"),
                declare=[("answering", "uuid")],
                func="""
                    SELECT owner_id INTO answering FROM organizations_organization
                    WHERE id = OLD.organization_id FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        RETURN NULL;
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM organizations_membership
                        WHERE organization_id = OLD.organization_id AND role = 'owner'
                    )
                    THEN
                        RAISE EXCEPTION 'organization % would be left without an owner',
                            OLD.organization_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_keeps_an_owner';
                    END IF;
                    IF answering = OLD.user_id AND NOT EXISTS (
                        SELECT 1 FROM organizations_membership
                        WHERE organization_id = OLD.organization_id
                          AND user_id = answering AND role = 'owner'
                    )
                    THEN
                        RAISE EXCEPTION 'the owner of organization % would lose the owner''s seat',
                            OLD.organization_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_has_a_seat';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"


class StaffOrganization(BaseModel):
    """An organization that a limited staff user sees."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="scope",
        db_index=False,
        verbose_name="staff user",
    )
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="seen_by")

    history = History()

    class Meta:
        default_permissions = ()
        verbose_name = "limit of a staff user"
        verbose_name_plural = "limits of staff users"
        ordering = ["user", "organization"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="stafforganization_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} sees {self.organization}"


class Invitation(BaseModel):
    """An offer of a seat, sent to an e-mail address, good for some days."""

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
    # Only the SHA-256 of the token is kept: who reads the table cannot accept an invitation.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
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

    objects = models.Manager.from_queryset(InvitationQuerySet)()
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
            models.Index(fields=["email"], name="invitation_email"),
            models.Index(fields=["organization", "created_at"], name="invitation_organization"),
            models.Index(
                fields=["created_at"],
                name="invitation_unsent",
                condition=models.Q(state="pending", sent_at=None),
            ),
            GinIndex(SearchVector("email", config="simple"), name="invitation_search"),
        ]

    def __str__(self) -> str:
        return f"{masked(self.email)} to {self.organization}"

    @property
    def can_be_accepted(self) -> bool:
        """Whether its link still leads somewhere; a task marks the overdue only later."""
        return self.state == self.State.PENDING and self.expires_at > timezone.now()
