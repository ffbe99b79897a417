"""The user: a member of organizations, or staff with a role."""

import pgtrigger
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Collate, Lower
from django.utils.crypto import salted_hmac

from apps.accounts.querysets import UserQuerySet
from apps.audit.history import History
from apps.core.fields import FoldedEmailField, fold_email
from apps.core.models import BaseModel
from apps.core.personal_patterns import masked
from apps.core.read_only import read_only
from apps.holds.triggers import KeepsHeldPerson

# The domain of the stable address of a person whose personal data was removed. Nobody can send
# mail to it.
REMOVED_DOMAIN = "anonymous.invalid"
REMOVED = (
    "The personal data of this person was removed. The record is permanently read-only. "
    "Add a new person instead."
)
RESERVED = (
    "Addresses at anonymous.invalid stand for people whose personal data was removed. Use "
    "another one."
)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a user, who cannot sign in until they have set a password."""
        user: User = self.model(email=fold_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=fold_email(username or ""))


class User(BaseModel, AbstractBaseUser, PermissionsMixin):
    """A person. Deactivated, never hard-deleted: history and foreign keys refer to the record."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        DEACTIVATED = "deactivated", "Deactivated"

    email = FoldedEmailField(
        "e-mail",
        max_length=254,
        unique=True,
        error_messages={"unique": "A person with this e-mail address already exists."},
    )
    first_name = models.CharField(max_length=150, blank=True, default="", db_default="")
    last_name = models.CharField(max_length=150, blank=True, default="", db_default="")
    phone = models.CharField(max_length=40, blank=True, default="", db_default="")
    avatar = models.ImageField(upload_to="avatars/", blank=True, default="", db_default="")
    is_verified = models.BooleanField(
        "verified",
        default=False,
        db_default=False,
        help_text="The person has confirmed the e-mail address.",
    )
    status = models.CharField(
        max_length=20, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    is_active = models.GeneratedField(
        expression=models.Q(status="active"),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    is_staff = models.BooleanField(
        "staff", default=False, db_default=False, help_text="Can sign in to this back office."
    )
    is_limited = models.BooleanField(
        "limited to some organizations",
        default=False,
        db_default=False,
        help_text="Sees only the organizations listed for them, and what belongs to those.",
    )
    narrowed_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When access to an organization was last removed.",
    )

    objects = UserManager()
    # A sign-in is an event of its own, and `is_active` is computed from `status`.
    history = History(
        excluded_fields=["password"],
        untracked_fields=["last_login", "is_active", "narrowed_at"],
        masked_fields=["email", "phone"],
        erased_fields=["first_name", "last_name", "avatar"],
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower(Collate("email", "C"))),
                name="user_email_is_folded",
                violation_error_message="The e-mail address must be in lower case.",
            ),
            models.CheckConstraint(
                condition=~models.Q(email__endswith=f"@{REMOVED_DOMAIN}")
                | models.Q(status="deactivated", is_staff=False, is_superuser=False, phone=""),
                name="user_removed_is_nobody",
                violation_error_message=RESERVED,
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "deactivated"]),
                name="user_status_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="user_created"),
            models.Index(fields=["status", "email"], name="user_status"),
            models.Index(
                fields=["id"],
                name="user_removed",
                condition=models.Q(email__endswith=f"@{REMOVED_DOMAIN}"),
            ),
            models.Index(
                fields=["email"],
                name="user_staff",
                condition=models.Q(is_staff=True) | models.Q(is_superuser=True),
            ),
            GinIndex(
                SearchVector("first_name", "last_name", "email", config="simple"),
                name="user_search",
            ),
        ]
        permissions = [
            ("view_personal_data", "Can see e-mail addresses and phone numbers"),
            ("change_email", "Can change the address that a person signs in with"),
            ("set_roles", "Can give and take staff roles"),
            ("set_scope", "Can limit staff to some organizations"),
            ("end_sessions", "Can end anybody's sessions"),
            ("impersonate_user", "Can act as somebody else, read-only"),
            ("impersonate_and_write", "Can change things while acting as somebody else"),
            ("export_personal_data", "Can export e-mail addresses and phone numbers"),
            ("anonymize_user", "Can remove a person's data for good"),
            ("merge_user", "Can merge two people"),
        ]
        triggers = [
            KeepsHeldPerson(removed_domain=REMOVED_DOMAIN),
            # Not even psql may delete a user: history and foreign keys refer to every person.
            pgtrigger.Trigger(
                name="is_never_deleted",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    RAISE EXCEPTION 'users are deactivated, never deleted'
                        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'user_is_never_deleted';
                """,
            ),
            pgtrigger.Trigger(
                name="removed_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"right(OLD.email, {len(REMOVED_DOMAIN) + 1}) = '@{REMOVED_DOMAIN}'"
                ),
                func="""
                    IF ROW(NEW.email, NEW.password, NEW.first_name, NEW.last_name, NEW.phone,
                           NEW.avatar, NEW.status, NEW.is_verified, NEW.is_staff, NEW.is_superuser,
                           NEW.is_limited)
                        IS DISTINCT FROM
                       ROW(OLD.email, OLD.password, OLD.first_name, OLD.last_name, OLD.phone,
                           OLD.avatar, OLD.status, OLD.is_verified, OLD.is_staff, OLD.is_superuser,
                           OLD.is_limited)
                    THEN
                        RAISE EXCEPTION 'the personal data of user % was removed: the record never changes',
                            OLD.id
                            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'user_is_removed';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        # Shown to everyone and stored in many places, so never the whole address.
        return self.get_full_name() or masked(self.email)

    def check_password(self, raw_password: str | None) -> bool:
        """Check a password. In read-only mode, one that was hashed by old means stays as it is."""
        if read_only() is not None:
            return check_password(raw_password, self.password)
        return super().check_password(raw_password)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Tie sessions to the address as well: when it changes, all of them end."""
        password: str = super()._get_session_auth_hash(secret)
        salt = "apps.accounts.models.User.session"
        return salted_hmac(salt, f"{password} {self.email}", algorithm="sha256").hexdigest()

    @property
    def is_removed(self) -> bool:
        """Whether the person's data was removed; the record never changes again."""
        return self.email.endswith(f"@{REMOVED_DOMAIN}")

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or masked(self.email)
