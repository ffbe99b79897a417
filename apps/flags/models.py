"""Waffle's flags, switches, and samples, without its cookies, query strings, and cache.

waffle's own functions (`flag_is_active`, the template tags, the decorators) answer out of these
models, because the settings `WAFFLE_*_MODEL` name them. The models answer out of the memory of the process
(`apps/flags/evaluation`), by their name: what counts is what is stored, and not what a record holds unsaved.
"""

from typing import Any
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from waffle.managers import FlagManager, SampleManager, SwitchManager
from waffle.models import AbstractBaseSample, AbstractBaseSwitch, AbstractUserFlag

from apps.audit.history import History, audit_model, audited
from apps.core.nouns import name_fields, name_model
from apps.flags import evaluation
from apps.flags.absent_fields import absent_field
from apps.flags.change_triggers import NOTES, RefuseCircle, WaitForWriters
from apps.flags.declarable import STAYS, Declarable, DeclaredQuerySet
from apps.flags.evaluation.askers import Known, known_by
from apps.flags.life_cycle import LifeCycle, kind_is_known
from apps.flags.plan_models import ChangePlan, PlannedChange
from apps.flags.remembered import Remembered
from apps.organizations.models import Organization

__all__ = ["ChangePlan", "Flag", "PlannedChange", "Sample", "Switch"]


class PercentBy(models.TextChoices):
    """What a flag's percentage is a share of."""

    PERSON = "person", "People"
    ORGANIZATION = "organization", "Organizations"


class Flag(Remembered, LifeCycle, AbstractUserFlag, Declarable):
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

    denied_users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="denied_flags",
        verbose_name="people who are denied",
        help_text="Off for these people, also if another rule turns it on.",
    )
    denied_groups = models.ManyToManyField(
        Group,
        blank=True,
        related_name="denied_flags",
        verbose_name="staff roles that are denied",
        help_text="Off for people with these staff roles, also if another rule turns it on.",
    )
    denied_organizations = models.ManyToManyField(
        Organization,
        blank=True,
        related_name="denied_flags",
        verbose_name="organizations that are denied",
        help_text="Off for the members of these organizations, also if another rule turns it on.",
    )
    prerequisites = models.ManyToManyField(
        "self",
        blank=True,
        symmetrical=False,
        related_name="dependents",
        help_text="On only where these flags are on as well.",
    )
    percent_by = models.CharField(
        "percentage of",
        max_length=12,
        choices=PercentBy,
        default=PercentBy.PERSON,
        db_default=PercentBy.PERSON,
        help_text="Of organizations: all members of an organization get the same answer.",
    )

    objects = FlagManager.from_queryset(DeclaredQuerySet)()
    history = History()

    class Meta(AbstractUserFlag.Meta):
        abstract = False
        ordering = ["name"]
        permissions = [("flip_flag", "Can turn flags, switches and samples on and off")]
        triggers = STAYS
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent_by__in=PercentBy.values),
                name="flag_percent_is_of_something_known",
            ),
            kind_is_known("flag"),
        ]

    def is_active(self, request: HttpRequest, read_only: bool = False) -> bool:
        """Return whether the flag is on for the user of `request`, and for no other reason."""
        user = getattr(request, "user", None)
        return evaluation.flag_is_on(self.name, user, known=known_by(request))

    def is_active_for_user(
        self, user: Any, *, organization: UUID | None = None, known: Known | None = None
    ) -> bool:
        """Return whether the flag is on for `user`; None is the system.

        With the key of an `organization`, the answer is about the person as its member. A flag that is missing
        from the database answers with its declaration's default.
        """
        return evaluation.flag_is_on(self.name, user, organization=organization, known=known)


# A flag's targets are as much a part of its history as its state.
TARGETS = ("users", "groups", "organizations")
DENIED = ("denied_users", "denied_groups", "denied_organizations")
for _name in (*TARGETS, *DENIED, "prerequisites"):
    audit_model(getattr(Flag, _name).through, app="apps.flags")


class Switch(Remembered, LifeCycle, AbstractBaseSwitch, Declarable):
    """On or off, for everyone alike."""

    objects = SwitchManager.from_queryset(DeclaredQuerySet)()
    history = History()

    class Meta(AbstractBaseSwitch.Meta):
        abstract = False
        ordering = ["name"]
        triggers = [*STAYS, WaitForWriters()]
        constraints = [kind_is_known("switch")]

    def is_active(self) -> bool:
        return evaluation.switch_is_on(self.name)


class Sample(Remembered, AbstractBaseSample, Declarable):
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
        return evaluation.sample_is_on(self.name)


for _audited in audited:
    if _audited.model._meta.app_label == "flags":
        pgtrigger.register(*(note() for note in NOTES))(_audited.carrier)
    if _audited.model is Flag.prerequisites.through:
        pgtrigger.register(RefuseCircle())(_audited.carrier)


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
