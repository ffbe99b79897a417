"""Approvals of flags: changing a protected one, planning its changes, and ending its protection."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, Line
from apps.accounts.approvable.registry import ACTIONS, Approvable, Arguments
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.scope import sees_everything
from apps.core.wording import plural
from apps.flags.models import ChangePlan, Flag, Sample, Switch
from apps.flags.plans.planning import (
    PLAN,
    Step,
    change_for_a_while,
    changes_plan,
    plan_cancel,
    steps_checked,
)
from apps.flags.plans.wording import becomes_in_words, due_in_words, now_of
from apps.flags.services import TURN, flag_protect, flag_set, sample_set, switch_set

MODELS: dict[str, Any] = {"flag": Flag, "switch": Switch, "sample": Sample}


class TurnProtected(Approvable):
    """`{"kind": "flag", "name", "field", "value"}`."""

    kind = TURN
    label = "Change a protected flag"
    word = "flags"
    permissions = ("flags.flip_flag",)

    def will_need_approval(self, records: QuerySet, count: int) -> bool:
        return self.is_required_for({}, 1) and records.filter(is_protected=True).exists()

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        return sees_everything(user)  # Flags affect every organization.

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [("The flag", MODELS[arguments["kind"]].objects.filter(name=arguments["name"]))]

    def preview(self, arguments: Arguments) -> ActionPreview:
        toggle = MODELS[arguments["kind"]].objects.filter(name=arguments["name"]).first()
        if toggle is None:
            raise DomainError(f"The {arguments['kind']} “{arguments['name']}” no longer exists.")
        field, value = arguments["field"], arguments["value"]
        before, after = _word(field, getattr(toggle, field)), _word(field, value)
        turned = {
            "everyone": f"Change the flag {toggle.name}: {after}",
            "active": f"Turn the switch {toggle.name} {after}",
            "percent": f"Set the sample {toggle.name} to {after}",
            "is_protected": f"End the protection of {toggle.name}",
        }
        url = reverse(f"admin:flags_{arguments['kind']}_change", args=[toggle.pk])
        return ActionPreview(
            sentence=turned[field],
            lines=[Line(toggle.name, url, [[_label(field), before, after]])],
            total=1,
            consequences=[
                "After that, anyone who can turn flags on and off can change it without a second person."
                if field == "is_protected"
                else "It takes effect with the next request."
            ],
            parts=self.parts(arguments),
        )

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        name, field, value = arguments["name"], arguments["field"], arguments["value"]
        if field == "everyone":
            flag_set(name=name, everyone=value, reason=reason, actor=actor)
        elif field == "active":
            switch_set(name=name, active=value, reason=reason, actor=actor)
        elif field == "percent":
            sample_set(name=name, percent=Decimal(value), reason=reason, actor=actor)
        else:
            toggle = MODELS[arguments["kind"]].objects.get(name=name)
            flag_protect(toggle=toggle, is_protected=value, reason=reason, actor=actor)
        return f"{name}: {_word(field, value)}."


def _label(field: str) -> str:
    return {"is_protected": "protection", "percent": "share"}.get(field, "state")


def _word(field: str, value: str | bool | None) -> str:
    if field == "percent":
        return f"{Decimal(str(value)):f} %"
    if field == "is_protected":
        return "protected" if value else "not protected"
    if field == "active":
        return "on" if value else "off"
    if value is None:
        return "set to use its targets"
    return "on for everyone" if value else "off for everyone"


class PlanForProtected(Approvable):
    """One approval for a whole plan: `{"kind", "name"}` with `steps` and `zone`, `becomes` and `minutes`, or `cancel`."""

    kind = PLAN
    label = "Plan changes of a protected flag"
    word = "flags"
    permissions = ("flags.flip_flag",)

    def will_need_approval(self, records: QuerySet, count: int) -> bool:
        return self.is_required_for({}, 1) and records.filter(is_protected=True).exists()

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        return sees_everything(user)  # Flags affect every organization.

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [("The flag", MODELS[arguments["kind"]].objects.filter(name=arguments["name"]))]

    def preview(self, arguments: Arguments) -> ActionPreview:
        kind, name = arguments["kind"], arguments["name"]
        toggle = MODELS[kind].objects.filter(name=name).first()
        if toggle is None:
            raise DomainError(f"The {kind} “{name}” no longer exists.")
        sentence, words = _planned(arguments)
        url = reverse(f"admin:flags_{kind}_change", args=[toggle.pk])
        before = becomes_in_words(kind, now_of(toggle))
        return ActionPreview(
            sentence=sentence,
            lines=[Line(name, url, [["state", before, words]])],
            total=1,
            consequences=["No other approval is asked for when a change is due."],
            parts=self.parts(arguments),
        )

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        about: dict[str, Any] = {"reason": reason, "actor": actor}
        kind, name = arguments["kind"], arguments["name"]
        if "cancel" in arguments:
            plan_cancel(plan=ChangePlan.objects.get(pk=arguments["cancel"]), **about)
            return f"{name}: planned changes canceled."
        if "minutes" in arguments:
            becomes, minutes = arguments["becomes"], arguments["minutes"]
            change_for_a_while(kind=kind, name=name, becomes=becomes, minutes=minutes, **about)
        else:
            zone = arguments["zone"]
            changes_plan(kind=kind, name=name, steps=_steps(arguments), zone=zone, **about)
        return f"{name}: {_planned(arguments)[1]}."


def _steps(arguments: Arguments) -> list[Step]:
    return [Step(datetime.fromisoformat(at), becomes) for at, becomes in arguments["steps"]]


def _planned(arguments: Arguments) -> tuple[str, str]:
    """Return what is asked for as a sentence, and what becomes of the flag in words. Raises `DomainError` if too late."""
    kind, name = arguments["kind"], arguments["name"]
    if "cancel" in arguments:
        return f"Cancel the planned changes of the {kind} {name}", "stays as it is"
    if "minutes" in arguments:
        words = becomes_in_words(kind, arguments["becomes"])
        words = f"{words} for {plural(arguments['minutes'], 'minute')}, then back"
        return f"Change the {kind} {name}: {words}", words
    zone = arguments["zone"]
    words = ", then ".join(
        f"{becomes_in_words(kind, step.becomes)} on {due_in_words(step.at, zone)}"
        for step in steps_checked(kind, _steps(arguments))
    )
    return f"Plan changes of the {kind} {name}: {words}", words


ACTIONS.add(TurnProtected())
ACTIONS.add(PlanForProtected())
