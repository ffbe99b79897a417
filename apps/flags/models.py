"""Waffle's flags, switches, and samples, without its cookies, query strings, and cache.

waffle's own functions (`flag_is_active`, the template tags, the decorators) answer out of these
models, because the settings `WAFFLE_*_MODEL` name them.
"""

import hashlib
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from waffle.managers import FlagManager, SampleManager, SwitchManager
from waffle.models import AbstractBaseSample, AbstractBaseSwitch, AbstractUserFlag

from apps.audit.history import History, audit_model
from apps.core.actors import PermissionHolder
from apps.core.nouns import name_fields, name_model
from apps.flags.absent_fields import absent_field
from apps.flags.declarable import STAYS, Declarable, DeclaredQuerySet
from apps.flags.registry import declared_gates
from apps.organizations.models import Organization


class Flag(AbstractUserFlag, Declarable):
    """On for everyone, off for everyone, or on for its targets.

    A flag decides what is offered, never what is allowed: permissions do that.
    """

    # What waffle would let a visitor decide by cookie or query string does not exist here.
    testing = absent_field("testing", empty=False)
    rollout = absent_field("rollout", empty=False)
    languages = absent_field("languages", empty="")
    superusers = models.BooleanField(
        default=False, db_default=False, help_text="On for superusers."
    )
    organizations = models.ManyToManyField(
        Organization,
        blank=True,
        related_name="flags",
        help_text="On for the members of these organizations.",
    )
    users = models.ManyToManyField(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="flags",
        help_text="On for these people. For more than a few, use a role or an organization.",
    )

    objects = FlagManager.from_queryset(DeclaredQuerySet)()
    history = History()

    class Meta(AbstractUserFlag.Meta):
        abstract = False
        ordering = ["name"]
        permissions = [("flip_flag", "Can turn flags, switches and samples on and off")]
        triggers = STAYS

    def is_active(self, request: HttpRequest, read_only: bool = False) -> bool:
        """Return whether the flag is on for the user of `request`, and for no other reason."""
        return bool(self.is_active_for_user(getattr(request, "user", None)))

    def is_active_for_user(self, user: Any) -> bool:
        """Return whether the flag is on for `user`; None is the system.

        A flag that is missing from the database answers with its declaration's default.
        """
        if not self.pk:
            declared = declared_gates("flag").get(self.name)
            return bool(declared and declared.without_row)
        if self.everyone is not None:
            return bool(self.everyone)
        if user is None or not user.is_authenticated:
            return False
        if self.authenticated or (self.staff and user.is_staff):
            return True
        if self.superusers and user.is_superuser:
            return True
        return self._is_in_percent(user) or self._is_targeted(user)

    def _is_in_percent(self, user: PermissionHolder) -> bool:
        # The same person is always in the same share, on every device and in every worker.
        if not self.percent:
            return False
        digest = hashlib.sha256(f"{self.name}:{user.pk}".encode()).digest()
        return Decimal(int.from_bytes(digest[:8]) % 1000) < self.percent * 10

    def _is_targeted(self, user: PermissionHolder) -> bool:
        # One question each: joined in one statement, 100 people and an organization of 100,000 members would
        # make 10,000,000 rows. What is in the trash reaches nobody.
        users, groups, organizations = (
            through._base_manager.filter(flag=self.pk)
            for through in (Flag.users.through, Flag.groups.through, Flag.organizations.through)
        )
        targets: list[models.QuerySet] = [
            users.filter(user=user.pk),
            groups.filter(group__user=user.pk),
            organizations.filter(
                organization__deleted_at=None, organization__memberships__user=user.pk
            ),
        ]
        first, *others = (found.values(found=models.Value(1)) for found in targets)
        return first.union(*others, all=True).exists()


# A flag's targets are as much a part of its history as its state.
for _through in (Flag.users.through, Flag.groups.through, Flag.organizations.through):
    audit_model(_through, app="apps.flags")


class Switch(AbstractBaseSwitch, Declarable):
    """On or off, for everyone alike."""

    objects = SwitchManager.from_queryset(DeclaredQuerySet)()
    history = History()

    class Meta(AbstractBaseSwitch.Meta):
        abstract = False
        ordering = ["name"]
        triggers = STAYS

    def is_active(self) -> bool:
        if not self.pk:
            declared = declared_gates("switch").get(self.name)
            return bool(declared and declared.without_row)
        return self.active


class Sample(AbstractBaseSample, Declarable):
    """On for a share of the times it is asked, for anyone."""

    objects = SampleManager.from_queryset(DeclaredQuerySet)()
    history = History()

    class Meta(AbstractBaseSample.Meta):
        abstract = False
        ordering = ["name"]
        triggers = STAYS
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100),
                name="sample_percent_is_a_share",
            )
        ]

    def is_active(self) -> bool:
        if not self.pk:
            declared = declared_gates("sample").get(self.name)
            return bool(declared and declared.without_row)
        return super().is_active()


type Toggle = Flag | Switch | Sample

for _model, _one, _many in (
    (Flag, "flag", "flags"),
    (Switch, "switch", "switches"),
    (Sample, "sample", "samples"),
):
    name_model(_model, _one, _many)
name_fields(
    Flag, groups="staff roles", users="people", authenticated="signed in", percent="percentage"
)
