"""Whether somebody has changed a flag by hand since a plan last looked: read from the history.

The caller holds the flag's row lock, which a change of its targets waits for as well.
"""

from collections.abc import Iterator
from typing import Any

from apps.flags.models import DENIED, TARGETS, Flag, Switch, Toggle

_DECIDES: dict[type[Any], tuple[str, ...]] = {
    Flag: (
        "everyone",
        "percent",
        "percent_by",
        "staff",
        "superusers",
        "authenticated",
        "is_protected",
    ),
    Switch: ("active", "is_protected"),
}


def newest(toggle: Toggle) -> int:
    """Return the newest position in the histories of a flag and its targets; all histories share one count."""
    rows = (history.order_by("-history_id").first() for history in _histories(toggle))
    return max((row.history_id for row in rows if row is not None), default=0)


def hand_since(toggle: Toggle, seen: int) -> str:
    """Return who changed what decides about a flag since `seen`, as a sentence; nothing if nobody did.

    A note, a tag, or an owner decides nothing.
    """
    own, *others = list(_histories(toggle))
    before = own.filter(history_id__lte=seen).order_by("-history_id").first()
    fields = _DECIDES[type(toggle)]
    for row in own.filter(history_id__gt=seen).order_by("history_id").select_related("change_set"):
        if before is None or any(getattr(row, name) != getattr(before, name) for name in fields):
            return _sentence(row)
        before = row
    for history in others:
        row = history.filter(history_id__gt=seen).select_related("change_set").first()
        if row is not None:
            return _sentence(row)
    return ""


def _histories(toggle: Toggle) -> Iterator[Any]:
    model: Any = type(toggle)
    yield model.history.filter(id=toggle.pk)
    if isinstance(toggle, Flag):
        for name in (*TARGETS, *DENIED, "prerequisites"):
            by = "from_flag_id" if name == "prerequisites" else "flag_id"
            yield getattr(Flag, name).through.history.filter(**{by: toggle.pk})


def _sentence(row: Any) -> str:
    who = (row.change_set.actor_name if row.change_set else "") or "Somebody"
    reason = (row.history_change_reason or "").rstrip(".")
    why = f": “{reason}”" if reason else ""
    return f"{who} changed it on {row.history_date:%Y-%m-%d %H:%M %Z}{why}."
