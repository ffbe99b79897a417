"""Flags and switches as the answer to the gates that lower apps ask for."""

from typing import Any

from apps.core.gates import Closure
from apps.flags.models import Flag, Switch
from apps.flags.registry import FLAGS, SWITCHES, Declaration
from apps.flags.selectors import last_turn, openers


def flag_checker(gate: str, user: Any) -> Closure | None:
    """Answer for the gates that bear the name of a declared flag or switch; others are not ours."""
    if gate in FLAGS:
        flag = Flag.get(gate)
        on = flag.is_active_for_user(user)
        return None if on else _closure(FLAGS[gate], "flag", flag, "everyone")
    if gate in SWITCHES:
        switch = Switch.get(gate)
        return None if switch.is_active() else _closure(SWITCHES[gate], "switch", switch, "active")
    return None


def _closure(declared: Declaration, kind: str, thing: Any, field: str) -> Closure:
    turn = last_turn(thing, field) if thing.pk else None
    return Closure(
        gate=declared.name,
        headline=declared.off_headline or f"{declared.label} is switched off",
        shut_by=f"the {kind} {declared.name}"
        + ("" if thing.pk else ", which is missing from the database"),
        since=turn.since if turn else None,
        actor=turn.actor if turn else "",
        reason=turn.reason if turn else "",
        openers=openers(),
    )
