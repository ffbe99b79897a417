"""Who answers for a schedule: the person chosen, or else the last person who changed it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django_celery_beat.models import PeriodicTask

from apps.accounts.approvals.selectors import people_with
from apps.accounts.models import User
from apps.core.scope import sees_everything
from apps.schedules.models import ScheduleOwner

VIEW = "django_celery_beat.view_periodictask"
MANAGE = "django_celery_beat.change_periodictask"


def owner_key() -> Coalesce:
    """Return the key of a schedule's owner, as an expression; the history tells who changed it last.

    Where a colleague acted as somebody, it is the colleague.
    """
    chosen = ScheduleOwner.objects.filter(schedule=OuterRef("pk")).values("owner")[:1]
    by_people = PeriodicTask.history.filter(
        id=OuterRef("pk"), change_set__actor_id__isnull=False
    ).order_by("-history_id")
    last = by_people.values(who=Coalesce("change_set__real_actor_id", "change_set__actor_id"))[:1]
    return Coalesce(Subquery(chosen), Subquery(last), output_field=UUIDField())


def owners_of(schedules: QuerySet[PeriodicTask]) -> dict[int, User]:
    """Return the owner of each of `schedules` that has one, whatever became of that person."""
    keys = dict(schedules.annotate(owner_key=owner_key()).values_list("pk", "owner_key"))
    people = User.objects.in_bulk({key for key in keys.values() if key is not None})
    return {schedule: people[key] for schedule, key in keys.items() if key in people}


def recipients(owner: User | None) -> list[User]:
    """Return who is notified of a schedule's alarms: its owner, or everyone who may manage schedules.

    An owner who left, or may no longer see schedules, could do nothing about it.
    """
    if owner is not None and _can_act(owner):
        return [owner]
    return [person for person in managers() if sees_everything(person)]


def able_to_act(people: Iterable[UUID]) -> set[UUID]:
    """Return the keys of those of `people` who can still do something about an alarm."""
    allowed = people_with([VIEW]).values("pk").order_by(), managers().values("pk").order_by()
    known = User.objects.filter(pk__in=list(people))
    return set(
        known.filter(Q(pk__in=allowed[0]) | Q(pk__in=allowed[1])).values_list("pk", flat=True)
    )


def managers() -> QuerySet[User]:
    return people_with([MANAGE])


def _can_act(person: Any) -> bool:
    return bool(person.is_staff and person.is_active and person.has_perm(VIEW))
