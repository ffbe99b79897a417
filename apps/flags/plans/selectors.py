"""Reads of planned changes."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from apps.flags.models import ChangePlan, PlannedChange, Toggle

_KEPT = 5


def with_next_change(toggles: QuerySet[Any]) -> QuerySet[Any]:
    """Add `next_planned`: when the next planned change is due, and what it makes of the flag."""
    waiting = PlannedChange.objects.filter(
        state=PlannedChange.State.WAITING,
        plan__state=ChangePlan.State.WAITING,
        plan__kind=str(toggles.model._meta.model_name),
        plan__toggle_id=OuterRef("pk"),
    )
    about = JSONObject(due_at=F("due_at"), becomes=F("becomes"), zone=F("plan__zone"))
    return toggles.annotate(
        next_planned=Subquery(waiting.order_by("due_at").values(about=about)[:1])
    )


def planned(toggles: QuerySet[Any]) -> QuerySet[Any]:
    """Return those that have a planned change."""
    waiting = ChangePlan.objects.filter(
        kind=str(toggles.model._meta.model_name), state=ChangePlan.State.WAITING
    )
    return toggles.filter(pk__in=waiting.values("toggle_id"))


def waiting_plan(toggle: Toggle) -> ChangePlan | None:
    return _plans(toggle).filter(state=ChangePlan.State.WAITING).first()


def next_change_of(plan: ChangePlan) -> PlannedChange | None:
    return plan.changes.filter(state=PlannedChange.State.WAITING).order_by("due_at").first()


def plans_of(toggle: Toggle) -> list[ChangePlan]:
    """Return the last plans of a flag, the newest first, with their changes."""
    found = _plans(toggle).select_related("planned_by").prefetch_related("changes")
    return list(found.order_by("-pk")[:_KEPT])


def _plans(toggle: Toggle) -> QuerySet[ChangePlan]:
    return ChangePlan.objects.filter(kind=str(toggle._meta.model_name), toggle_id=toggle.pk)
