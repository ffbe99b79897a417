"""The numbers of organizations and their members."""

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core.actors import Actor
from apps.organizations.models import Membership, Organization
from apps.reports.measures import MEASURES, Measure

MEASURES.add(
    Measure(
        "organizations",
        "Organizations",
        "Organizations that are not in the trash.",
        Organization,
        lambda actor: Organization.objects.for_actor(actor),
    ),
    Measure(
        "organizations_without_owner",
        "Organizations without an owner",
        "Organizations that are not in the trash and have no owner.",
        Organization,
        lambda actor: Organization.objects.for_actor(actor).filter(owner=None),
    ),
    Measure(
        "members",
        "Members",
        "Memberships of people in organizations that are not in the trash. A person in two "
        "organizations counts twice.",
        Membership,
        lambda actor: Membership.objects.for_actor(actor),
    ),
    Measure(
        "new_members",
        "New members",
        "Members at the end of the period who were added during it. Who was added and removed in "
        "it, as by an import that was undone, is not counted.",
        Membership,
    ),
    Measure(
        "restored_members",
        "Restored members",
        "Members at the end of the period who are older than it and were not there at its start, "
        "because their organization was in the trash.",
        Membership,
    ),
    Measure(
        "removed_members",
        "Removed members",
        "Members at the start of the period who are no longer members at its end: removed, or "
        "their organization was moved to the trash.",
        Membership,
    ),
    Measure(
        "unverified_people",
        "Unverified people",
        "Active members who have not confirmed their e-mail address.",
        User,
        lambda actor: members_as_people(actor).filter(is_verified=False),
    ),
    Measure(
        "people_without_phone",
        "People without a phone number",
        "Active members whose record has no phone number.",
        User,
        lambda actor: members_as_people(actor).filter(phone=""),
    ),
)


def members_as_people(actor: Actor) -> QuerySet[User]:
    memberships = Membership.objects.for_actor(actor).values("user")
    people: QuerySet[User] = User.objects.for_actor(actor)
    return people.filter(pk__in=memberships, status="active")
