"""Organizations: created, changed, handed over, and restored by a rule of their own."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.text import slugify

from apps.accounts.models import User
from apps.core.actors import Actor, acting_as, require
from apps.core.changes import UNSET, Unset, given, write_changes
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.core.trash.moves import Counts
from apps.core.trash.services import records_restore
from apps.core.uuid7 import uuid7
from apps.organizations.locks import lock_organization, refuse_unseen
from apps.organizations.models import Membership, Organization, Role
from apps.organizations.querysets import OrganizationQuerySet


def organization_create(
    *,
    name: str,
    slug: str = "",
    external_id: str = "",
    status: str = Organization.Status.ACTIVE,
    owner: User | None = None,
    actor: Actor,
    reason: str = "",
) -> Organization:
    """Create an organization, and the owner's membership if an owner is given.

    Without a slug, one is made from the name, with a number if it is taken.
    """
    require(actor, "organizations.add_organization")
    refuse_limited(actor, "Only people with access to all organizations can add a new one.")
    organization = Organization(
        name=name.strip(),
        slug=slug.strip() or free_slug(name),
        external_id=external_id.strip(),
        status=status,
    )
    validated(organization)
    with acting_as(actor=actor, reason=reason), refusals_in_words():
        organization.save(force_insert=True)
        if owner is not None:
            _give_to(organization, owner, actor)
    return organization


def organization_update(
    *,
    organization: Organization,
    name: str | Unset = UNSET,
    slug: str | Unset = UNSET,
    external_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    owner: User | Unset | None = UNSET,
    actor: Actor,
    reason: str = "",
) -> Organization:
    """Change only the given fields; a new owner gets an owner's membership."""
    require(actor, "organizations.change_organization")
    changes = given(name=name, slug=slug, external_id=external_id, status=status)
    with acting_as(actor=actor, reason=reason):
        locked = lock_organization(organization.pk, actor)
        if owner is None:
            changes["owner"] = None
        if changes:
            write_changes(locked, changes)
        if isinstance(owner, User) and locked.owner_id != owner.pk:
            require(actor, "organizations.change_membership")
            _give_to(locked, owner, actor)
        return locked


def organization_set_owner(
    *, organization: Organization, owner: User, actor: Actor, reason: str = ""
) -> None:
    """Make `owner` the organization's owner; their membership is created or changed to owner.

    The previous owner keeps the owner role; removing that is a separate decision.
    """
    require(actor, "organizations.change_organization", "organizations.change_membership")
    with acting_as(actor=actor, reason=reason):
        locked = lock_organization(organization.pk, actor)
        if locked.owner_id == owner.pk:
            raise DomainError(f"{owner} is already the owner of {locked}.")
        _give_to(locked, owner, actor)


def organization_restore(*, organization: Organization, actor: Actor, reason: str = "") -> Counts:
    records = Organization.all_objects.filter(pk=organization.pk)
    return organizations_restore(records=records, actor=actor, reason=reason)


def organizations_restore(
    *,
    records: QuerySet[Any],
    actor: Actor,
    reason: str = "",
    names: Mapping[str, str] | None = None,
) -> Counts:
    """Restore organizations, all or none; see `records_restore`.

    A slug or an external ID that is taken by now is refused by name.
    """
    return records_restore(
        records=records, actor=actor, reason=reason, names=names, refuse=_refuse_taken_values
    )


def free_slug(name: str) -> str:
    """Return a slug for `name` that no live organization has.

    Two transactions may get the same one; the unique index then refuses the second.
    """
    longest = Organization._meta.get_field("slug").max_length or 50
    base = slugify(name)[: longest - 10].strip("-_") or f"organization-{uuid7().hex[-8:]}"
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 2
    slug = base
    while slug in taken:
        slug = f"{base}-{number}"
        number += 1
    return slug


def organizations_give_to(organizations: QuerySet[Any], owner: User, *, actor: Actor) -> None:
    """Make `owner` the owner, with an owner's membership in each.

    The caller holds the locks of the organizations.
    """
    refuse_unseen(owner, actor)
    now = User.objects.get(pk=owner.pk)
    if now.status != User.Status.ACTIVE:
        raise DomainError(f"{now} is deactivated and can't own an organization.")
    keys = list(organizations.order_by().values_list("pk", flat=True))
    own = Membership.all_objects.filter(organization__in=keys, user=now)
    own.exclude(role=Role.OWNER).update(role=Role.OWNER)
    known = set(own.values_list("organization", flat=True))
    Membership.objects.bulk_create(
        Membership(organization_id=key, user=now, role=Role.OWNER)
        for key in keys
        if key not in known
    )
    Organization.all_objects.filter(pk__in=keys).update(owner=now)


def _give_to(organization: Organization, owner: User, actor: Actor) -> None:
    organizations_give_to(Organization.all_objects.filter(pk=organization.pk), owner, actor=actor)
    organization.owner = owner


def _refuse_taken_values(trashed: OrganizationQuerySet, actor: Actor) -> None:
    for field, label in (("slug", "slug"), ("external_id", "external ID")):
        values = trashed.exclude(**{field: ""}).order_by().values(field)
        taker = Organization.objects.filter(**{f"{field}__in": values}).order_by("name").first()
        if taker is not None:
            seen = Organization.objects.for_actor(actor).filter(pk=taker.pk).exists()
            raise DomainError(
                f"The {label} “{getattr(taker, field)}” is taken by "
                f"{taker if seen else 'another organization'} now. Change it there first, "
                "or leave this one in the trash."
            )
        twice = values.annotate(number=Count("pk")).filter(number__gt=1).order_by(field).first()
        if twice is not None:
            raise DomainError(
                f"Several of these have the {label} “{twice[field]}”. Restore only one of them."
            )
