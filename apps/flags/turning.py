"""Turning a flag, a switch, or a sample by its name alone, and waiting until every process has taken it up."""

import time
from decimal import Decimal

from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.flags.models import Flag, Sample, Switch, Toggle
from apps.flags.processes import Uptake, uptake
from apps.flags.services import flag_set, sample_set, switch_set

STATES = ("on", "off", "targets")
_LOOK_AGAIN_SECONDS = 0.05


def toggle_turn(*, name: str, state: str, reason: str, actor: Actor) -> tuple[Toggle, bool]:
    """Turn what has this name "on" or "off", or leave a flag to its "targets"; tell whether that changed it.

    Raises `DomainError` where nothing, or more than one thing, has the name.
    """
    found: list[Toggle] = [
        toggle
        for model in (Flag, Switch, Sample)
        for toggle in model._default_manager.filter(name=name)
    ]
    if not found:
        raise DomainError(f"There is no flag, switch, or sample “{name}”.")
    if len(found) > 1:
        raise DomainError(f"A flag and a switch or sample are named “{name}”. Use their pages.")
    (toggle,) = found
    is_on = state == "on"
    if isinstance(toggle, Flag):
        everyone = None if state == "targets" else is_on
        return toggle, flag_set(name=name, everyone=everyone, reason=reason, actor=actor)
    if state == "targets":
        raise DomainError(f"The {toggle._meta.verbose_name} “{name}” has no targets.")
    if isinstance(toggle, Switch):
        return toggle, switch_set(name=name, active=is_on, reason=reason, actor=actor)
    percent = Decimal(100 if is_on else 0)
    return toggle, sample_set(name=name, percent=percent, reason=reason, actor=actor)


def uptake_wait(*, seconds: float) -> Uptake:
    """Wait until every process answers from the last change; return how far it has come by then."""
    until = time.monotonic() + seconds
    while True:
        found = uptake()
        if found.is_whole or time.monotonic() >= until:
            return found
        time.sleep(_LOOK_AGAIN_SECONDS)
