"""Flags as the answer to the gates that lower apps ask for."""

from typing import Any

from apps.core.gates import Closure
from apps.flags.models import Flag
from apps.flags.registry import FLAGS
from apps.flags.selectors import last_turn, openers


def flag_checker(gate: str, user: Any) -> Closure | None:
    """Answer for the gates that bear the name of a declared flag; the others are not ours."""
    declared = FLAGS.get(gate)
    if declared is None:
        return None
    flag = Flag.get(gate)
    if flag.is_active_for_user(user):
        return None
    turn = last_turn(flag, "everyone") if flag.pk else None
    return Closure(
        gate=gate,
        headline=declared.off_headline or f"{declared.label} is switched off",
        shut_by=f"the flag {gate}",
        since=turn.since if turn else None,
        actor=turn.actor if turn else "",
        reason=turn.reason if turn else "",
        openers=openers(),
    )
