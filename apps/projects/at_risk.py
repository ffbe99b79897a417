"""Organizations at risk: without an owner, without activity, or shrinking. All of it in one statement."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task


def organizations_at_risk(since: datetime, user: Any) -> QuerySet[Any]:
    """Return the organizations that have no owner, have not changed since, or have fewer members.

    Activity is a change of the organization, of its members, its projects, or their tasks. `before` is
    the number of those who were members then.
    """
    members = Membership.all_objects.filter(organization=OuterRef("pk"))
    kept = Membership.all_objects.filter(created_at__lt=since)
    # One that was removed and restored, as by undoing, has stayed.
    gone = Membership.history.filter(
        ~Exists(kept.filter(pk=OuterRef("id"))),
        organization_id=OuterRef("pk"),
        history_type="-",
        history_date__gte=since,
        created_at__lt=since,
    )
    return (
        Organization.objects.for_actor(user)
        .annotate(
            members=_count(members),
            before=_count(kept.filter(organization=OuterRef("pk"))) + _count(gone),
            no_owner=Q(owner=None),
            is_quiet=~Q(pk__in=_active(since)),
        )
        .annotate(is_shrinking=Q(members__lt=F("before")))
        .filter(Q(no_owner=True) | Q(is_quiet=True) | Q(is_shrinking=True))
        .select_related("owner")
        .order_by("name", "pk")
    )


def _active(since: datetime) -> QuerySet[Any]:
    """Return the keys of the organizations in which something was changed."""
    tasks = Task.history.filter(history_date__gte=since).values("project_id")
    changes: list[QuerySet[Any]] = [
        Organization.history.filter(history_date__gte=since).values("id"),
        Membership.history.filter(history_date__gte=since).values("organization_id"),
        Project.history.filter(history_date__gte=since).values("organization_id"),
        Project.all_objects.filter(pk__in=tasks).order_by().values("organization_id"),
    ]
    first, *others = (rows.order_by() for rows in changes)
    return first.union(*others)


def _count(rows: QuerySet[Any]) -> Any:
    # By the key of the record: its history has a row for each time it was removed.
    number = rows.order_by().annotate(_all=Value(1)).values("_all")
    number = number.annotate(n=Count("id", distinct=True))
    return Coalesce(Subquery(number.values("n"), output_field=IntegerField()), 0)
