"""Memberships of organizations, and their roles."""

import pgtrigger
from django.conf import settings
from django.db import models

from apps.accounts.models.user import REMOVED_DOMAIN
from apps.audit.history import History
from apps.core.models import AliveManager, BaseModel
from apps.holds.triggers import keeps_held
from apps.organizations.models.organization import Organization
from apps.organizations.querysets import MembershipQuerySet


class Role(models.TextChoices):
    """What a person may do in an organization."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class Membership(BaseModel):
    """A membership: one person in one organization with one role."""

    role = models.CharField(
        max_length=20, choices=Role, default=Role.MEMBER, db_default=Role.MEMBER
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name="person",
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )

    objects = AliveManager.from_queryset(MembershipQuerySet)()
    all_objects = models.Manager.from_queryset(MembershipQuerySet)()
    history = History()

    class Meta:
        verbose_name = "member"
        ordering = ["organization", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                name="membership_unique",
                violation_error_message="This person is already a member of this organization.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "role"], name="membership_organization_role"),
            models.Index(fields=["role", "id"], name="membership_role"),
            models.Index(fields=["created_at", "id"], name="membership_created"),
            models.Index(fields=["organization", "id"], name="membership_organization"),
        ]
        triggers = [
            *keeps_held("organization", "user"),
            # The last line of defense; services and imports refuse it earlier, with a better
            # message. Deferred, so that one transaction can pass ownership on in any order, and a
            # row trigger, because it fires only for owners' memberships. It locks the
            # organization first: of two transactions that each remove one of two owners, the
            # second sees the first. One in the trash needs no owner: a merge has emptied it.
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
                    WHERE id = OLD.organization_id AND deleted_at IS NULL FOR NO KEY UPDATE;
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
                        RAISE EXCEPTION 'the owner of organization % would lose the owner''s membership',
                            OLD.organization_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_is_a_member';
                    END IF;
                    RETURN NULL;
                """,
            ),
            # With the index `user_removed`, this reads only the few removed people.
            pgtrigger.Trigger(
                name="removed_gets_none",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=f"""
                    IF EXISTS (
                        SELECT 1 FROM accounts_user u JOIN new_rows n ON n.user_id = u.id
                        WHERE u.email LIKE '%@{REMOVED_DOMAIN}'
                    )
                    THEN
                        RAISE EXCEPTION 'a person whose personal data was removed gets no membership'
                            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'user_is_removed';
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"
