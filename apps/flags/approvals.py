"""Approvals of flags: changing a protected one, and ending its protection."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, Line
from apps.accounts.approvable.registry import ACTIONS, Approvable, Arguments
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.scope import sees_everything
from apps.flags.models import Flag, Sample, Switch
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


ACTIONS.add(TurnProtected())
