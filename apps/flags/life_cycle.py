"""What a flag and a switch are for, who answers for them, and how long they should live."""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from apps.core.actors import holds

PERMISSION_REFUSED = (
    "A flag decides what is offered, never what someone may do. For that, declare a permission and give it to a "
    "role. Choose release, experiment, or operations."
)
# A name that says what someone may do.
_ALLOWS = re.compile(
    r"^(can|may|allows?|allowed|permits?|permitted|grants?|granted)[-_ ]"
    r"|[-_ ]permissions?$|^[a-z_]+\.[a-z]+_[a-z_]+$",
    re.IGNORECASE,
)


class Kind(models.TextChoices):
    """What a flag is for. There is no kind for permissions: see `PERMISSION_REFUSED`."""

    RELEASE = "release", "Release"
    EXPERIMENT = "experiment", "Experiment"
    OPERATIONS = "operations", "Operations"


class LifeCycle(models.Model):
    """Owner, kind, tags, and expiry. `apps/flags/stale.py` says from them what is stale."""

    kind = models.CharField(
        max_length=12,
        choices=Kind,
        default=Kind.RELEASE,
        db_default=Kind.RELEASE,
        help_text=(
            "A release flag and an experiment end. An operations flag stays, to stop something. "
            "For what someone may do, use a role's permissions instead."
        ),
    )
    tags = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        blank=True,
        help_text="Words to find it by, with commas between them.",
    )
    expires_on = models.DateField(
        "expires on",
        null=True,
        blank=True,
        help_text="From the next day on, it is stale and its owner gets an e-mail each week. It is not turned off.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Gets e-mails about its planned changes, and when it is stale.",
    )
    owner_role = models.ForeignKey(
        Group,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="owning role",
        help_text="Its people get the e-mails when there is no owner, or when the owner has left.",
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        self.tags = sorted({tag.strip().lower() for tag in self.tags if tag.strip()})
        if self._state.adding and is_permission_like(self.name):  # type: ignore[attr-defined]
            raise ValidationError({"name": PERMISSION_REFUSED})
        self._clean_owner()

    def _clean_owner(self) -> None:
        """Refuse a new owner who could do nothing; one who left since then stays until somebody chooses another."""
        owner: Any = self.owner
        stored = type(self)._default_manager.filter(pk=self.pk).values_list("owner", flat=True)
        if owner is None or stored.first() == owner.pk:
            return
        view = f"flags.view_{self._meta.model_name}"
        if not (owner.is_staff and owner.is_active and holds(owner, view)):
            raise ValidationError(
                {
                    "owner": f"{owner} can't see this in the back office. Choose somebody who can, or a role."
                }
            )


def is_permission_like(name: str) -> bool:
    """Tell whether a name says what someone may do, or is the name of a permission."""
    if _ALLOWS.search(name):
        return True
    return Permission.objects.filter(codename=name.replace("-", "_")).exists()


def kind_is_known(of: str) -> models.CheckConstraint:
    """Return the constraint of the model `of`: no kind for permissions, whatever writes the row."""
    return models.CheckConstraint(
        condition=models.Q(kind__in=Kind.values), name=f"{of}_kind_is_known"
    )
