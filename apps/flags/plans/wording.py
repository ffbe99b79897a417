"""What a flag becomes, and when, in words."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core.errors import DomainError
from apps.flags.models import Flag, PlannedChange

_WORDS = {
    "flag": {"on": "on for everyone", "off": "off for everyone", "targets": "on for its targets"},
    "switch": {"on": "on", "off": "off"},
}


def becomes_checked(kind: str, becomes: str) -> str:
    """Return the stored form of "on", "off", "targets", or a percentage. Raises `DomainError` for anything else."""
    if becomes in _WORDS[kind]:
        return becomes
    if kind == "flag":
        try:
            percent = Decimal(becomes)
        except InvalidOperation:
            percent = Decimal(-1)
        if percent == 100:
            return "on"
        if percent.is_finite() and 0 < percent < 100 and percent == round(percent, 1):
            return f"{percent.normalize():f}"
    known = ", ".join(f"“{word}”" for word in _WORDS[kind])
    more = ", or a percentage such as 10 or 12.5" if kind == "flag" else ""
    raise DomainError(f"A {kind} can't become “{becomes}”. Choose {known}{more}.")


def becomes_in_words(kind: str, becomes: str) -> str:
    """Return “on for everyone” or “10%”."""
    return _WORDS[kind].get(becomes, f"{becomes}%")


def now_of(toggle: object) -> str:
    """Return what a flag or switch is now, as something to go back to."""
    if isinstance(toggle, Flag):
        return {True: "on", False: "off", None: "targets"}[toggle.everyone]
    return "on" if toggle.active else "off"  # type: ignore[attr-defined]


def due_in_words(moment: datetime, zone: str) -> str:
    """Return “Monday 2026-11-23 09:00 CET”."""
    return f"{moment.astimezone(ZoneInfo(zone or settings.TIME_ZONE)):%A %Y-%m-%d %H:%M %Z}"


def change_in_words(change: PlannedChange) -> str:
    """Return “10% on Monday 2026-11-23 09:00 CET”."""
    plan = change.plan
    return (
        f"{becomes_in_words(plan.kind, change.becomes)} on {due_in_words(change.due_at, plan.zone)}"
    )
