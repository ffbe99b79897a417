"""Service accounts: programs that act for the person who made them, with a part of that person's rights."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import User
from apps.api.grants import grantable
from apps.api.querysets import ServiceAccountQuerySet
from apps.audit.history import History, audit_model
from apps.core.models import BaseModel
from apps.organizations.models import Organization


class ServiceAccount(BaseModel):
    """A program with at most one valid key, and for a while the key before it.

    Only digests are stored: a reader of the table cannot act as the program.
    """

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Stored, so that an account whose organizations are gone sees nothing instead of everything.
    is_limited = models.BooleanField("limited", default=False, db_default=False, editable=False)
    key_hint = models.CharField(
        "key", max_length=12, blank=True, default="", db_default="", editable=False
    )
    key_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001  Unique.
    key_expires_at = models.DateTimeField("expires", null=True, editable=False)
    previous_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    previous_expires_at = models.DateTimeField("previous key expires", null=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="service_accounts",
        verbose_name="acts for",
    )
    permissions = models.ManyToManyField(
        Permission,
        related_name="service_accounts",
        limit_choices_to=grantable,
        help_text="What the program may do, as long as you may.",
    )
    organizations = models.ManyToManyField(
        Organization,
        blank=True,
        related_name="service_accounts",
        help_text="What the program sees. With none, it sees what you see.",
    )

    objects = models.Manager.from_queryset(ServiceAccountQuerySet)()  # type: ignore[assignment]
    history = History(excluded_fields=["key_digest", "previous_digest"])

    class Meta:
        verbose_name = "service account"
        ordering = ["name"]
        default_permissions = ("add", "view")
        permissions = [("revoke_key", "Can revoke keys of the API")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="serviceaccount_name_is_given",
                violation_error_message="A service account needs a name.",
            ),
            models.CheckConstraint(
                condition=models.Q(key_digest=None) | models.Q(key_expires_at__isnull=False),
                name="serviceaccount_key_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(previous_digest=None)
                | models.Q(previous_expires_at__isnull=False),
                name="serviceaccount_previous_expires",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        if self.key_digest is None:
            return "revoked" if self.revoked_at else "no key"
        return "active" if self.key_expires_at > timezone.now() else "expired"  # type: ignore[operator]


audit_model(ServiceAccount.permissions.through, app="apps.api")
audit_model(ServiceAccount.organizations.through, app="apps.api")


class ServiceAccountUse(models.Model):
    """How often an account has called in this minute: one row, written over by each request."""

    minute = models.DateTimeField()
    requests = models.PositiveIntegerField()
    last_used_at = models.DateTimeField("last used")
    account = models.OneToOneField(
        ServiceAccount, primary_key=True, on_delete=models.CASCADE, related_name="use"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Use of {self.account}"


class IdempotentRequest(models.Model):
    """A write that a program may send again, and the record that it wrote. Kept for a day."""

    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    record_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    account = models.ForeignKey(
        ServiceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="idempotentrequest_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotentrequest_created")]

    def __str__(self) -> str:
        return f"A request of {self.account}"


class ServiceActor(User):
    """A service account as the actor of a request: its maker, with less.

    Made by `authentication.py` for one request, and never stored. Services and scope take it as the
    user who it is. What reads its row again, such as a job, finds the person with all rights: account
    services refuse it, and no endpoint may start a job before that keeps the actor that it was given.
    """

    account: ServiceAccount
    granted: frozenset[str]
    # The keys of the organizations that a limited account sees, for `organization_scope`.
    narrowed_to: models.QuerySet[Any] | None

    class Meta:
        proxy = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.account}, for {super().__str__()}"

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return obj is None and perm in self.granted

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return False

    def get_all_permissions(self, obj: object = None) -> set[str]:
        return set(self.granted)

    def save(self, *args: object, **kwargs: object) -> None:
        raise TypeError("The actor of a request is never stored.")
