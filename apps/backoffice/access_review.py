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
from apps.organizations.models import StaffOrganization

CONFIRM = "accounts.set_roles"
SIGNED_IN = {"Last 7 days": 7, "8 to 30 days ago": 30, "31 to 90 days ago": 90}


def staff_to_review(user: Any) -> QuerySet[Any]:
    """Return the active staff in the scope of `user`, with what the review shows of each."""
    confirmed = Event.objects.filter(
        kind=event_kinds.ACCESS_CONFIRMED,
        target_type=ContentType.objects.get_for_model(User),
        target_pk=Cast(OuterRef("pk"), CharField()),
    ).order_by("-id")
    seen = (
        StaffOrganization.objects.filter(user=OuterRef("pk"))
        .order_by()
        .values("user")
        .annotate(n=Count("pk"))
    )
    roles = Group.objects.filter(user=OuterRef("pk")).order_by().values("user")
    return (
        User.objects.for_actor(user)
        .active()
        .filter(Q(is_staff=True) | Q(is_superuser=True))
        .annotate(
            roles=Coalesce(
                Subquery(
                    roles.annotate(
                        all=StringAgg("name", delimiter=Value(", "), order_by="name")
                    ).values("all")
                ),
                Value("", output_field=TextField()),
            ),
            seen=Coalesce(Subquery(seen.values("n")), 0),
            has_factor=Exists(
                Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
            ),
            confirmed_at=Subquery(confirmed.values("at")[:1]),
            confirmed_by=Subquery(confirmed.values("change_set__actor_label")[:1]),
        )
        .order_by("first_name", "last_name", "email")
    )


@transaction.atomic
def access_confirm(*, user_id: str, actor: Actor, reason: str = "") -> User:
    """Record in the audit log that a person's role and scope are still right.

    Raises `MissingPermission`, and `DomainError` where the person is not staff in the actor's scope, or
    is the actor.
    """
    require(actor, CONFIRM)
    people: Any = User.objects.for_actor(actor)
    person: User | None = (
        people.active().filter(Q(is_staff=True) | Q(is_superuser=True), pk=user_id).first()
    )
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


def stale(confirmed_at: datetime | None, since: datetime) -> bool:
    """Return whether an access must be confirmed again."""
    return confirmed_at is None or confirmed_at < since
