"""Read-only mode: whether it is on, and why; and the tables of flags, which stay writable."""

from datetime import datetime

from django.apps import apps

from apps.audit.history import audited
from apps.core.read_only import ReadOnly, stays_writable
from apps.flags.gates import READ_ONLY_MODE
from apps.flags.models import Switch
from apps.flags.plan_models import PlannedChange
from apps.flags.selectors import last_turn

_models = apps.get_app_config("flags").get_models(include_auto_created=True)
# Declared by the audit log.
_HISTORY = {each.history_model._meta.db_table for each in audited}

stays_writable(
    *{model._meta.db_table for model in _models} - _HISTORY,
    *("flags_version", "flags_change", "flags_process", "flags_answered"),
    because="The mode itself is a switch, and other switches must work in an emergency.",
)


def read_only_mode() -> ReadOnly | None:
    """Return why nothing can be changed now, as the reader may see it; None while the mode is off."""
    switch = Switch.get(READ_ONLY_MODE.name)
    # Every page asks this, from memory; who turned it on is read only while it is on.
    if not switch.is_active():
        return None
    turn = last_turn(switch, "active")
    return ReadOnly(turn.reason.rstrip("."), turn.actor, turn.since, _until())


def _until() -> datetime | None:
    """Return when a planned change turns it off; None if none does."""
    changes = PlannedChange.objects.filter(
        plan__kind="switch",
        plan__name=READ_ONLY_MODE.name,
        state=PlannedChange.State.WAITING,
        becomes="off",
    )
    return changes.order_by("due_at").values_list("due_at", flat=True).first()
