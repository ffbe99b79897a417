"""Opens and ends alarms, and tells people: once when something is wrong, once when it is well again.

Every decision is made under one lock, and the mails are queued in its transaction. So however many schedulers
and web processes look at the same moment, people are told once, and a process that ends in between loses nothing.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.accounts.actors import user_or_none
from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.core.actors import Actor, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.schedules.alarm_mails import announce, unsent_mails_send_later
from apps.schedules.alarm_rules import Trouble, recent_runs, troubles
from apps.schedules.heartbeat import SchedulerState, heartbeat_write, scheduler_locked
from apps.schedules.models import Alarm
from apps.schedules.ownership import owners_of, recipients
from apps.schedules.pauses import open_pause
from apps.schedules.services.alarm_handover import alarms_hand_over

logger = logging.getLogger(__name__)

# A schedule that fails again this soon after it was well flaps; then it must be well for some time.
FLAPS_WITHIN = timedelta(hours=1)
STEADY_FOR = timedelta(minutes=10)
KEPT_DAYS = 90
WELL = "The latest run was in order."


def alarms_tend() -> None:
    """Do all that the scheduler does for alarms: note that it lives, open and end alarms, send what is unsent.

    Raises the errors of a database that is away; no other fault may hold up the schedules.
    """
    heartbeat_write()
    try:
        scheduler_check()
        alarms_sweep()
        unsent_mails_send_later()
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        logger.exception("The look for alarms failed.")


def alarms_sweep() -> tuple[int, int]:
    """Open an alarm for everything that is wrong, end those of what is well; return how many of each.

    Where another process is at it, this does nothing; nor while all schedules are paused: then nothing runs on time,
    and somebody wants it so.
    """
    with scheduler_locked(wait=False) as state, audit_context(actor="scheduler"):
        if state is None or open_pause() is not None:
            return 0, 0
        now = state.now or timezone.now()
        open_alarms = list(Alarm.objects.filter(ended_at=None).exclude(kind=Alarm.Kind.SILENT))
        wrong = _wrong(now)
        new = _open(wrong, open_alarms)
        over = _end_those_of_no_schedule(open_alarms, now)
        over += _end_what_is_well(open_alarms, wrong, now)
        alarms_hand_over(alarm for alarm in open_alarms if (alarm.schedule_id, alarm.kind) in wrong)
        return len(new), over


def scheduler_check() -> SchedulerState:
    """Open the alarm of the scheduler if it is silent, end it if it is not; return its state.

    Any process may ask, and the scheduler itself does: only then does it end.
    """
    with scheduler_locked() as state, audit_context(actor="scheduler watch"):
        if state is None:  # Only if somebody else was at it, and this waited.
            return SchedulerState()
        alarm = Alarm.objects.filter(kind=Alarm.Kind.SILENT, ended_at=None).first()
        if state.is_silent and alarm is None and state.at is not None:
            people = recipients(None)
            alarm = Alarm.objects.create(
                kind=Alarm.Kind.SILENT,
                since=state.at,
                details=f"{state.sentence} No scheduled task runs until it is back.",
                told=[person.pk for person in people],
            )
            announce([alarm])
        elif not state.is_silent and alarm is not None:
            _end([alarm], "The scheduler is back.")
        elif alarm is not None:
            alarms_hand_over([alarm])
        return state


@transaction.atomic
def alarm_acknowledge(*, alarm: Alarm, note: str = "", actor: Actor) -> bool:
    """Note that somebody takes care of an alarm; return whether nobody had before.

    Raises `MissingPermission`, and `DomainError` if it is over.
    """
    require(actor, "schedules.acknowledge_alarm")
    refuse_limited(actor, "Scheduled tasks affect every organization.")
    locked = Alarm.objects.select_for_update(of=("self",)).filter(pk=alarm.pk).first()
    if locked is None:
        raise DomainError(f"“{alarm}” is no longer kept. There is nothing to acknowledge.")
    if locked.ended_at is not None:
        raise DomainError(f"“{locked}” is already over. There is nothing to acknowledge.")
    if locked.acknowledged_at is not None:
        return False
    with audit_context(actor=actor, reason=note):
        Alarm.objects.filter(pk=locked.pk).update(
            acknowledged_at=Now(), acknowledged_by=user_or_none(actor), note=note.strip()
        )
    return True


def alarms_prune(*, days: int = KEPT_DAYS) -> int:
    """Delete alarms that have been over for `days`; return how many. Their history stays."""
    over_since = timezone.now() - timedelta(days=days)
    deleted, _ = Alarm.objects.filter(ended_at__lt=over_since).delete()
    return deleted


def _wrong(now: datetime) -> dict[tuple[int, str], Trouble]:
    """Return what is wrong with the enabled schedules, and with those that have run once and are done."""
    schedules = PeriodicTask.objects.filter(Q(enabled=True) | Q(one_off=True))
    return {
        (schedule, str(kind)): trouble
        for schedule, recent in recent_runs(schedules).items()
        for kind, trouble in troubles(recent, now).items()
    }


def _open(wrong: dict[tuple[int, str], Trouble], open_alarms: Iterable[Alarm]) -> list[Alarm]:
    known = {(alarm.schedule_id, alarm.kind) for alarm in open_alarms}
    missing = {key: trouble for key, trouble in wrong.items() if key not in known}
    # A schedule that is enabled again is not news for the run that people were notified of before.
    of_runs = Alarm.objects.filter(run__in=[trouble.run.pk for trouble in missing.values()])
    for key in of_runs.values_list("schedule", "kind", "run"):
        if key[:2] in missing and missing[key[:2]].run.pk == key[2]:
            del missing[key[:2]]
    if not missing:
        return []
    schedules = PeriodicTask.objects.filter(pk__in={schedule for schedule, _ in missing})
    names, owners = dict(schedules.values_list("pk", "name")), owners_of(schedules)
    told = {pk: [person.pk for person in recipients(owners.get(pk))] for pk in names}
    new = Alarm.objects.bulk_create(
        Alarm(
            kind=kind,
            schedule_id=schedule,
            schedule_name=names[schedule],
            run=trouble.run,
            since=trouble.since,
            details=trouble.details,
            told=told[schedule],
        )
        for (schedule, kind), trouble in missing.items()
        if schedule in names
    )
    announce(new)
    return new


def _end_those_of_no_schedule(open_alarms: list[Alarm], now: datetime) -> int:
    """End the alarms of schedules that were deleted or disabled, without a mail: somebody did that."""
    keys = {alarm.schedule_id for alarm in open_alarms}
    watched = set(
        PeriodicTask.objects.filter(Q(enabled=True) | Q(one_off=True), pk__in=keys).values_list(
            "pk", flat=True
        )
    )
    ended = 0
    for alarm in [alarm for alarm in open_alarms if alarm.schedule_id not in watched]:
        open_alarms.remove(alarm)
        what = "deleted" if alarm.schedule_id is None else "disabled"
        ended += Alarm.objects.filter(pk=alarm.pk).update(
            ended_at=now, ended_because=f"The schedule was {what}."
        )
    return ended


def _end_what_is_well(
    open_alarms: list[Alarm], wrong: dict[tuple[int, str], Trouble], now: datetime
) -> int:
    over = []
    for alarm in open_alarms:
        if (alarm.schedule_id, alarm.kind) in wrong:
            if alarm.well_since is not None:
                Alarm.objects.filter(pk=alarm.pk).update(well_since=None)
        elif alarm.well_since is None and _flaps(alarm):
            Alarm.objects.filter(pk=alarm.pk).update(well_since=now)
        elif alarm.well_since is None or now - alarm.well_since >= STEADY_FOR:
            over.append(alarm)
    return _end(over, WELL)


def _flaps(alarm: Alarm) -> bool:
    """Return whether the alarm came soon after an earlier one of its kind was over."""
    return Alarm.objects.filter(
        schedule=alarm.schedule_id,
        kind=alarm.kind,
        ended_at__gte=alarm.created_at - FLAPS_WITHIN,
        ended_at__lte=alarm.created_at,
    ).exists()


def _end(alarms: list[Alarm], because: str) -> int:
    if not alarms:
        return 0
    keys = [alarm.pk for alarm in alarms]
    Alarm.objects.filter(pk__in=keys).update(ended_at=Now(), ended_because=because)
    announce(alarms, is_over=True)
    return len(keys)


def people_told(alarm: Alarm) -> list[User]:
    return list(User.objects.filter(pk__in=alarm.told).order_by("first_name", "last_name"))
