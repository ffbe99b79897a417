"""The staff with their roles and scope, and the record that somebody confirmed them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import (
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    StringAgg,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.signin.sudo import SECOND_FACTORS
from apps.audit.events import record_event
from apps.audit.models import Event
from apps.backoffice import event_kinds
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.personal_patterns import masked_in
from apps.core.scope import sees_everything
from apps.core.wording import plural
from apps.organizations.models import Organization, StaffOrganization
from apps.reports.rows import iso

CONFIRM = "accounts.set_roles"
SIGNED_IN = {"Last 7 days": 7, "8 to 30 days ago": 30, "31 to 90 days ago": 90}


def staff_of(user: Actor) -> QuerySet[Any]:
    """Return the people in the scope of `user` who may sign in here."""
    people: Any = User.objects.for_actor(user)
    return people.active().filter(Q(is_staff=True) | Q(is_superuser=True))


def staff_to_review(user: Any) -> QuerySet[Any]:
    """Return the staff in the scope of `user`, with what the review shows of each.

    `seen` is the number of organizations that a limited person sees, and `seen_here` how many of these
    `user` sees.
    """
    confirmed = Event.objects.filter(
        kind=event_kinds.ACCESS_CONFIRMED,
        target_type=ContentType.objects.get_for_model(User),
        target_pk=Cast(OuterRef("pk"), CharField()),
    ).order_by("-id")
    limits = StaffOrganization.objects.filter(user=OuterRef("pk"))
    organizations = Organization.objects.for_actor(user).order_by().values("pk")
    roles = Group.objects.filter(user=OuterRef("pk")).order_by().values("user")
    return (
        staff_of(user)
        .annotate(
            roles=Coalesce(
                Subquery(
                    roles.annotate(
                        all=StringAgg("name", delimiter=Value(", "), order_by="name")
                    ).values("all")
                ),
                Value("", output_field=TextField()),
            ),
            seen=_number(limits),
            seen_here=_number(limits.filter(organization__in=organizations)),
            has_factor=Exists(
                Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
            ),
            confirmed_at=Subquery(confirmed.values("at")[:1]),
            confirmed_by=Subquery(confirmed.values("change_set__actor_label")[:1]),
        )
        .order_by("first_name", "last_name", "email")
    )


def review_row(person: Any) -> dict[str, Any]:
    """Return a person of `staff_to_review` as a row of the report."""
    has_limits = not sees_everything(person)
    # A list of what somebody sees is offered where the reader's list has all of it.
    shows_limits = has_limits and person.seen == person.seen_here
    return {
        "id": str(person.pk),
        "person": str(person),
        "email": person.email,
        "roles": "Superuser" if person.is_superuser else person.roles or "No role",
        "scope": plural(person.seen, "organization") if has_limits else "Everything",
        "limits": "organizations.organization" if shows_limits else "",
        "last": iso(person.last_login),
        "factor": person.has_factor,
        "at": iso(person.confirmed_at),
        # The audit log names people with their addresses.
        "by": masked_in((person.confirmed_by or "").partition(" <")[0]),
    }


@transaction.atomic
def access_confirm(*, user_id: str, actor: Actor, reason: str = "") -> User:
    """Record in the audit log that a person's role and scope are still right.

    Raises `MissingPermission`, and `DomainError` where the person is not staff in the actor's scope, or
    is the actor.
    """
    require(actor, CONFIRM)
    person: User | None = staff_of(actor).filter(pk=user_id).first()
    if person is None:
        raise DomainError("This person is not active staff, or is outside of your access.")
    if person == actor:
        raise DomainError("Somebody else must confirm your own access.")
    with acting_as(actor=actor, reason=reason):
        record_event(
            event_kinds.ACCESS_CONFIRMED,
            actor=actor,
            target=person,
            roles=sorted(person.groups.values_list("name", flat=True)),
            is_superuser=person.is_superuser,
            is_limited=person.is_limited,
        )
    return person


def last_sign_ins(people: Iterable[User]) -> dict[str, int]:
    """Return how many people signed in last in which time."""
    found = dict.fromkeys([*SIGNED_IN, "Longer ago", "Never"], 0)
    now = timezone.now()
    for person in people:
        days = (now - person.last_login).days if person.last_login else None
        recent = (label for label, most in SIGNED_IN.items() if days is not None and days <= most)
        found[next(recent, "Never" if days is None else "Longer ago")] += 1
    return found


def to_confirm(since: datetime) -> Q:
    """Return the condition that an access must be confirmed again."""
    return Q(confirmed_at=None) | Q(confirmed_at__lt=since)


def _number(limits: QuerySet[Any]) -> Any:
    return Coalesce(
        Subquery(limits.order_by().values("user").annotate(n=Count("pk")).values("n")), 0
    )
