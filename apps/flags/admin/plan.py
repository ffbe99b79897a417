"""Planned changes on the pages of flags and switches: the next one, all of them, planning, and canceling."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import BAD, BUSY, EMPTY, GOOD, QUIET, WAITING, label
from apps.core.errors import DomainError
from apps.core.personal import readable
from apps.flags.admin.base import FLIP, any_protected
from apps.flags.admin.plan_forms import CancelForm, PlanForm, TurnForm
from apps.flags.models import ChangePlan, PlannedChange, Toggle
from apps.flags.plans.planning import PLAN, change_for_a_while, changes_plan, plan_cancel
from apps.flags.plans.selectors import next_change_of, plans_of, waiting_plan, with_next_change
from apps.flags.plans.wording import becomes_in_words, change_in_words, due_in_words

State = PlannedChange.State
COLORS = {
    State.WAITING: BUSY,
    State.DONE: GOOD,
    State.SKIPPED: WAITING,
    State.CANCELED: QUIET,
    State.FAILED: BAD,
}
PLANNED: tuple[str, dict[str, Any]] = ("Planned changes", {"fields": ["plans_label"]})
PLAN_ACTIONS = ["plan_changes", "cancel_planned"]
PLAN_KINDS = dict.fromkeys(PLAN_ACTIONS, PLAN)


class PlanMixin:
    """Goes before `DeclaredAdmin` among the bases."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found: QuerySet = super().get_queryset(request)  # type: ignore[misc]
        return with_next_change(found)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fixed: list[str] = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return [*fixed, "next_label", "plans_label"]

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        found = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None:
            return found
        # What comes next stands right below what is.
        (title, options), *others = found
        name, state, *more = options["fields"]
        first = (title, {**options, "fields": [name, state, "next_label", *more]})
        return [first, PLANNED, *others]

    @admin.display(description="next change")
    def next_label(self, record: Toggle) -> SafeString | str:
        planned = getattr(record, "next_planned", None)
        if not planned:
            return EMPTY
        moment = due_in_words(datetime.fromisoformat(planned["due_at"]), planned["zone"])
        words = becomes_in_words(str(record._meta.model_name), planned["becomes"])
        return label(f"{words} on {moment}", BUSY)

    @admin.display(description="planned")
    def plans_label(self, record: Toggle) -> SafeString | str:
        plans = [_shown(plan) for plan in plans_of(record)]
        return mark_safe(render_to_string("flags/plans.html", {"plans": plans}))

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        description="Plan changes",
        icon="event_upcoming",
        explanation=(
            "Each change holds from its time on, and is carried out within half a minute. For a ramp, choose 1%, 10%, "
            "50%, and on for everyone. If somebody changes it by hand, what is left is canceled and its owner is told."
        ),
        form_class=PlanForm,
        needs_full_access=True,
        in_row_menu=False,
    )
    def plan_changes(self, request: HttpRequest, records: QuerySet, answer: PlanForm) -> str:
        (record,) = records[:1]
        plan = changes_plan(
            kind=str(record._meta.model_name),
            name=record.name,
            steps=answer.steps,
            zone=answer.cleaned_data["zone"],
            reason=answer.reason,
            actor=request.user,
        )
        first = plan.changes.all()[0]
        words = becomes_in_words(plan.kind, first.becomes)
        return f"Planned. First change: {words} on {due_in_words(first.due_at, plan.zone)}."

    @confirmed(
        permission=FLIP,
        sudo=any_protected,
        description="Cancel planned changes",
        icon="event_busy",
        explanation="It stays as it is now. What was carried out already stays, too.",
        when=lambda record: bool(getattr(record, "next_planned", None)),
        form_class=CancelForm,
        needs_full_access=True,
        in_row_menu=False,
    )
    def cancel_planned(
        self, request: HttpRequest, records: QuerySet, answer: ConfirmationForm
    ) -> str:
        (record,) = records[:1]
        plan = waiting_plan(record)
        if plan is None:
            raise DomainError("Nothing is planned.")
        plan_cancel(plan=plan, reason=answer.reason, actor=request.user)
        return f"{record}: planned changes canceled."


def turned_for_a_while(
    request: HttpRequest, records: QuerySet, becomes: str, answer: TurnForm
) -> str:
    """Turn each for as long as the form says, and say when they go back."""
    plans = [
        change_for_a_while(
            kind=str(record._meta.model_name),
            name=record.name,
            becomes=becomes,
            minutes=answer.minutes or 0,
            reason=answer.reason,
            actor=request.user,
        )
        for record in records
    ]
    back = plans[0].changes.all()[0]
    words = becomes_in_words(plans[0].kind, becomes)
    names = ", ".join(plan.name for plan in plans)
    return f"{names}: {words} until {due_in_words(back.due_at, plans[0].zone)}."


def plans_lost(records: QuerySet) -> Iterator[str]:
    """Yield what turning by hand cancels."""
    for record in records:
        plan = waiting_plan(record)
        change = next_change_of(plan) if plan else None
        if change is not None:
            yield (
                f"{record}: what is planned is canceled (next: {change_in_words(change)}). To turn it only for a "
                "while, cancel that first."
            )


def _shown(plan: ChangePlan) -> dict[str, Any]:
    return {
        "waits": plan.state == ChangePlan.State.WAITING,
        "state": plan.get_state_display(),
        "planner": readable(plan.planner),
        "reason": readable(plan.reason),
        "at": plan.created_at,
        "outcome": readable(plan.outcome),
        "changes": [
            {
                "words": becomes_in_words(plan.kind, change.becomes),
                "due": due_in_words(change.due_at, plan.zone),
                "state": label(change.get_state_display(), COLORS[State(change.state)]),
                # What ended the whole plan is said once.
                "message": "" if change.message == plan.outcome else readable(change.message),
            }
            for change in plan.changes.all()
        ],
    }
