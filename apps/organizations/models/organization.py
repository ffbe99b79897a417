"""A customer: an organization, live or in the trash."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from apps.audit.history import History
from apps.core.models import AliveManager, SoftDeletableModel
from apps.core.trash.proxies import trash_proxy
from apps.holds.triggers import keeps_held
from apps.organizations.querysets import OrganizationQuerySet


class Organization(SoftDeletableModel):
    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        CLOSED = "closed", "Closed"

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, db_index=False)
    external_id = models.CharField(
        "external ID",
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="The customer's own number for this organization.",
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
        help_text="The person responsible for this organization. Always a member with the role owner.",
    )

    objects = AliveManager.from_queryset(OrganizationQuerySet)()
    all_objects = models.Manager.from_queryset(OrganizationQuerySet)()
    history = History()

    class Meta(SoftDeletableModel.Meta):
        ordering = ["name", "id"]
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
            models.Index(fields=["status", "name", "id"], name="organization_status"),
            models.Index(fields=["created_at", "id"], name="organization_created"),
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
        permissions = [("merge_organization", "Can merge two organizations")]
        triggers = [
            *keeps_held(),
            pgtrigger.Trigger(
                name="owner_is_a_member",
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
                        RAISE EXCEPTION 'the owner of organization % is not a member with the role owner', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_owner_is_a_member';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


TrashedOrganization = trash_proxy(Organization)
