"""Answers whether lower apps' gates are closed, by flags, switches, and samples."""

from apps.core.actors import PermissionHolder
from apps.core.gates import Closure, Gate
from apps.flags.models import Flag, Sample, Switch, Toggle
from apps.flags.selectors import last_turn, openers


def closure_of(gate: Gate, user: PermissionHolder | None) -> Closure | None:
    """Return why the flag, switch, or sample of the gate's name closes it for `user`."""
    if gate.by == "flag":
        flag = Flag.get(gate.name)
        return None if flag.is_active_for_user(user) else _closure(gate, flag, "everyone")
    if gate.by == "switch":
        switch = Switch.get(gate.name)
        return None if switch.is_active() else _closure(gate, switch, "active")
    sample = Sample.get(gate.name)
    return None if sample.is_active() else _closure(gate, sample, "percent")


def _closure(gate: Gate, row: Toggle, field: str) -> Closure:
    turn = last_turn(row, field) if row.pk else None
    return Closure(
        gate=gate.name,
        headline=gate.off_headline or f"{gate.label} is switched off",
        closed_by=f"the {gate.by} {gate.name}"
        + ("" if row.pk else ", which is missing from the database"),
        since=turn.since if turn else None,
        actor=turn.actor if turn else "",
        reason=turn.reason if turn else "",
        openers=openers(),
    )
