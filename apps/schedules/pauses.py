"""Reads whether all schedules are paused, and since when."""

from datetime import datetime
from time import monotonic

from django.db import transaction
from django.db.models import Q

from apps.schedules.models import SchedulerPause


def open_pause(*, for_update: bool = False) -> SchedulerPause | None:
    """Return the pause that has not ended; None while schedules run."""
    pauses = SchedulerPause.objects.filter(resumed_at=None)
    if for_update:
        return pauses.select_for_update().first()
    return pauses.select_related("paused_by").first()


# Every page asks, so each process asks the database again only after this time.
_SHOWN_SECONDS = 5.0
_shown: tuple[float, SchedulerPause | None] | None = None


def shown_pause() -> SchedulerPause | None:
    """Return the pause that pages show: the one that is open now, or was a few seconds ago."""
    global _shown
    shown = _shown
    if shown is None or monotonic() - shown[0] > _SHOWN_SECONDS:
        shown = _shown = (monotonic(), open_pause())
    return shown[1]


def show_again() -> None:
    """Let this process ask again, now and once the transaction is committed."""

    def forget() -> None:
        global _shown
        _shown = None

    forget()
    transaction.on_commit(forget)


def pauses_since(moment: datetime) -> list[SchedulerPause]:
    """Return the pauses of this moment and later."""
    of_then = Q(resumed_at=None) | Q(resumed_at__gte=moment)
    return list(SchedulerPause.objects.filter(of_then).select_related("paused_by"))
