"""The open alarms and the scheduler's silence, as the start page tells them."""

from typing import Any

from django.db.models import Subquery
from django.db.models.expressions import Combinable
from django.urls import reverse

from apps.accounts.models import User
from apps.core.deliveries import Delivery
from apps.core.scope import sees_everything
from apps.schedules.alarm_mails import unsent_mails_lately
from apps.schedules.heartbeat import SchedulerState, state_expressions
from apps.schedules.models import Alarm

SHOWN = 5
VIEW = "schedules.view_alarm"
_UNSENT = {
    Delivery.State.REFUSED: "The mail server refused an e-mail about an alarm.",
    Delivery.State.UNCERTAIN: "An e-mail about an alarm may not have arrived.",
}


def values(user: User) -> dict[str, Combinable]:
    """Return what to ask of the scheduler, with the page's counts."""
    if not _may_see(user):
        return {}
    unsent = unsent_mails_lately().order_by("-created_at")
    return {
        **state_expressions(),
        "unsent_state": Subquery(unsent.values("state")[:1]),
        "unsent_error": Subquery(unsent.values("error")[:1]),
    }


def alarms(user: User, found: dict[str, Any], number: int) -> dict[str, Any]:
    """Return what the page shows of alarms, of which `number` are open: one more statement if some are."""
    if not _may_see(user):
        return {}
    state = SchedulerState.of(found)
    return {
        "silence": state.sentence if state.is_silent else "",
        "unsent": _unsent(found["unsent_state"], found["unsent_error"]),
        "open": _open(user, besides=[Alarm.Kind.SILENT] if state.is_silent else [])
        if number
        else [],
    }


def _may_see(user: User) -> bool:
    return user.has_perm(VIEW) and sees_everything(user)


def _open(user: User, *, besides: list[Alarm.Kind]) -> list[dict[str, Any]]:
    """Return the newest open alarms: first those that this user was notified of."""
    newest = (
        Alarm.objects.for_staff(user)
        .open()
        .exclude(kind__in=besides)
        .order_by("-since")[: 10 * SHOWN]
    )
    mine = sorted(newest, key=lambda alarm: user.pk not in alarm.told)
    return [
        {
            "name": str(alarm),
            "since": alarm.since,
            "details": alarm.details,
            "url": reverse("admin:schedules_alarm_change", args=[alarm.pk]),
        }
        for alarm in mine[:SHOWN]
    ]


def _unsent(state: str | None, error: str | None) -> str:
    """Return why the latest e-mail about an alarm was not sent, if it was not."""
    if not state:
        return ""
    sentence = _UNSENT.get(Delivery.State(state), "E-mails about alarms have not been sent yet.")
    return f"{sentence} {error or ''}".strip()
