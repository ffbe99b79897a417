"""How two organizations are merged, and what a merge does with memberships, invitations, and scopes.

A person who is a member of both keeps the stronger of the two roles.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Now

from apps.accounts.actors import user_or_none
from apps.accounts.merge_rules import DONE_BY, PERSON, kept_relations
from apps.accounts.models import User
from apps.bulk.merge_rules import (
    KEEP,
    MERGE_RELATIONS,
    MERGES,
    MOVE,
    Keys,
    MergeKind,
    Relation,
    Work,
)
from apps.core.actors import Actor
from apps.core.uuid7 import uuid7
from apps.core.wording import plural
from apps.organizations.locks import organizations_lock
from apps.organizations.models import Invitation, Membership, Organization, Role

ORGANIZATION = "organizations.Organization"
# The weakest first.
_STRENGTH = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]
_PENDING = Invitation.State.PENDING


class MergeOrganizations(MergeKind[Organization]):
    model = ORGANIZATION
    permission = "organizations.merge_organization"
    fields = ("name", "slug", "external_id", "status", "owner")
    told = "The second organization is moved to the trash, with its slug and external ID."

    def lock(self, keys: Iterable[Any]) -> None:
        organizations_lock(Organization.all_objects.filter(pk__in=list(keys)))

    def drop(self, work: Work, *, actor: Actor, reason: str) -> None:
        # Nothing with a trash of its own stays in it, so nothing goes along.
        work.change(
            Organization.all_objects.filter(pk=work.dropped.pk),
            deleted_at=Now(),
            deleted_by=user_or_none(actor),
            trash_id=uuid7(),
            owner=None,
        )

    def revive_obstacles(self, merge: Keys) -> Iterator[str]:
        dropped = Organization.all_objects.filter(pk=merge.dropped).first()
        if dropped is None:
            yield "The organization that was merged was deleted for good."
        elif not dropped.is_deleted:
            yield f"{dropped} was restored from the trash. Move it there again first."
        elif Organization.all_objects.filter(pk=merge.kept).exclude(deleted_at=None).exists():
            yield "The organization that was kept is in the trash. Restore it first."


def strength(role: str = "role") -> Case:
    """Return how much a role may do, as a number."""
    return Case(
        *(When(**{role: each}, then=Value(number)) for number, each in enumerate(_STRENGTH)),
        output_field=IntegerField(),
    )


def _other(one: str, other: str, record: Model) -> QuerySet[Any]:
    """Return the membership of `record` that shares `other` with the outer row: the same person, or organization."""
    return Membership.all_objects.filter(**{one: record.pk, other: OuterRef(other)})


def _shared(one: str, other: str, kept: Model, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(Exists(_other(one, other, kept)))


def _weaker(one: str, other: str, kept: Model, dropped: Model) -> QuerySet[Any]:
    """Return the memberships of `kept` that get the stronger role which `dropped` has."""
    theirs = _other(one, other, dropped)
    return (
        Membership.all_objects.filter(**{one: kept.pk})
        .annotate(
            strength=strength(), better=Subquery(theirs.annotate(s=strength()).values("s")[:1])
        )
        .filter(better__gt=F("strength"))
    )


def _raise_roles(one: str, other: str, work: Work) -> None:
    role = Subquery(_other(one, other, work.dropped).values("role")[:1])
    work.change(_weaker(one, other, work.kept, work.dropped), role=role)


def _role_sentences(one: str, other: str, kept: Model, dropped: Model) -> Iterator[str]:
    rows = Membership.all_objects.filter(**{one: dropped.pk})
    number = _shared(one, other, kept, rows).count()
    if number:
        raised = _weaker(one, other, kept, dropped).count()
        yield (
            f"{plural(number, 'membership')} exist{'s' if number == 1 else ''} in both, and the stronger role "
            f"counts: {raised:,} {'gets' if raised == 1 else 'get'} one."
        )


def _settle_members(work: Work, rows: QuerySet[Any]) -> None:
    _raise_roles("organization", "user", work)


def _settle_memberships(work: Work, rows: QuerySet[Any]) -> None:
    _raise_roles("user", "organization", work)
    # One of them is enough, and the database allows no second one.
    work.delete(_shared("user", "organization", work.kept, rows))


def _not_members_yet(kept: Model, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(user__in=Membership.all_objects.filter(organization=kept.pk).values("user"))


def _needless(kept: Model, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the pending invitations of people who are members or invited already."""
    waiting = Invitation.all_objects.filter(
        organization=kept.pk, email=OuterRef("email"), state=_PENDING
    )
    member = Membership.all_objects.filter(organization=kept.pk, user__email=OuterRef("email"))
    return rows.filter(Q(Exists(waiting)) | Q(Exists(member)), state=_PENDING)


def _revoke_needless(work: Work, rows: QuerySet[Any]) -> None:
    work.change(_needless(work.kept, rows), state=Invitation.State.REVOKED, organization=work.kept)


def _invitation_sentences(kept: Model, dropped: Model) -> Iterator[str]:
    number = _needless(kept, Invitation.all_objects.filter(organization=dropped.pk)).count()
    if number:
        yield (
            f"{number:,} of them {'is' if number == 1 else 'are'} revoked: the address is invited to {kept} "
            "already, or belongs to a member."
        )


def _invitations_to(person: Model) -> QuerySet[Any]:
    return Invitation.all_objects.filter(
        email__in=User.objects.filter(pk=person.pk).values("email"), state=_PENDING
    )


MERGES.add(MergeOrganizations())
MERGE_RELATIONS.add(
    Relation(
        ORGANIZATION,
        "organizations.Membership.organization",
        MOVE,
        settle=_settle_members,
        moving=_not_members_yet,
        collisions=lambda kept, dropped: _role_sentences("organization", "user", kept, dropped),
    ),
    Relation(
        ORGANIZATION,
        "organizations.Invitation.organization",
        MOVE,
        "Links that were sent lead to the organization that is kept.",
        settle=_revoke_needless,
        collisions=_invitation_sentences,
    ),
    Relation(
        ORGANIZATION,
        "organizations.StaffOrganization.organization",
        KEEP,
        "Colleagues whose access is limited to the second organization don't see the first one. Give them "
        "access to it if they should.",
    ),
    Relation(
        PERSON,
        "organizations.Membership.user",
        MOVE,
        settle=_settle_memberships,
        collisions=lambda kept, dropped: _role_sentences("user", "organization", kept, dropped),
    ),
    Relation(PERSON, "organizations.Organization.owner", MOVE),
    Relation(
        PERSON,
        "organizations.Invitation.email",
        KEEP,
        "They went to the old address, and can't be accepted any more. Invite the other address instead.",
        rows=_invitations_to,
    ),
    *kept_relations(
        PERSON,
        DONE_BY,
        "organizations.Invitation.accepted_by",
        "organizations.Invitation.invited_by",
        "organizations.Organization.deleted_by",
    ),
    *kept_relations(
        PERSON,
        "Access to organizations is never given by a merge.",
        "organizations.StaffOrganization.user",
    ),
)
