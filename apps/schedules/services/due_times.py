"""Deciding on each due time: it runs, is skipped, or is missed, and its row says why."""

import json
import logging
import math
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django_celery_beat.models import PeriodicTask

from apps.audit.context import audit_context
from apps.schedules.models import TaskRun
from apps.schedules.pauses import pauses_since
from apps.schedules.read_only_runs import why_not_now
from apps.schedules.retention import KEPT_FOR, MOST_AT_ONCE, MOST_IN_LINE
from apps.schedules.services.runs import run_send, runs_to_send
from apps.schedules.services.verdicts import State, Verdict, decide, skip_paused, skip_read_only
from apps.schedules.task_names import declared_tasks, problem_with_schedule
from apps.schedules.timetables import decided_until, due_after, next_due

logger = logging.getLogger(__name__)

# Another scheduler is at work on the schedule, and done in a moment.
_BUSY_SECONDS = 0.2
# A schedule that runs more often than this leaves successes that nobody looks for.
_FREQUENT = timedelta(hours=1)
# Clocks of machines differ by less.
_CLOCKS_DIFFER_BY = timedelta(minutes=1)
_LOOK_AGAIN = timedelta(seconds=5)
_told: set[tuple[int, str]] = set()


def schedules_settle(*, now: datetime) -> float:
    """Give each due time up to `now` its row and send what is to run; return the seconds to the next due time.

    A schedule that cannot be read is logged once and holds nobody up. Raises the errors of a database that is away.
    """
    wait = math.inf
    for schedule in _enabled_schedules():
        try:
            due = next_due(schedule)
            if due is not None and (due <= now or _is_ahead(schedule, now)):
                due = schedule_settle(schedule=schedule, now=now)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:
            _tell_once(schedule, error)
            continue
        if due is not None:
            wait = min(wait, (due - now).total_seconds())
    for run in runs_to_send():
        run_send(run=run)
    return wait


def _enabled_schedules() -> list[PeriodicTask]:
    """Return the enabled schedules, without those whose rows no program can read: they are logged once."""
    enabled = PeriodicTask.objects.filter(enabled=True).select_related(
        "interval", "crontab", "clocked", "solar"
    )
    try:
        return list(enabled)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # One row spoils a whole statement, such as a time zone that Python does not know.
        found = []
        for key, name in enabled.values_list("pk", "name"):
            try:
                found += enabled.filter(pk=key)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:
                _tell_once(PeriodicTask(pk=key, name=name), error)
        return found


def schedule_settle(*, schedule: PeriodicTask, now: datetime) -> datetime | None:
    """Decide on the due times of one schedule up to `now`; return its next one, or `now` where another process is at it."""
    with transaction.atomic():
        locked = (
            PeriodicTask.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            .select_related("interval", "crontab", "clocked", "solar")
            .filter(pk=schedule.pk, enabled=True)
            .first()
        )
        if locked is None:
            return now + timedelta(seconds=_BUSY_SECONDS)
        if locked.one_off and why_not_now(locked.task):
            # Its only run would be lost, so it is decided on when read-only mode is off.
            return now + _LOOK_AGAIN
        if _is_ahead(locked, now):
            logger.warning("“%s” was decided until a time to come: a clock was wrong.", locked.name)
            PeriodicTask.objects.filter(pk=locked.pk).update(last_run_at=now)
            return next(due_after(locked, now), None)
        # Older rows would be deleted again with the next clean-up.
        since = max(decided_until(locked), now - KEPT_FOR)
        due = _due_between(locked, since, now)
        if not due:
            return next(due_after(locked, max(since, now)), None)
        verdicts = _verdicts(locked, due, now)
        runs = _runs(locked, _kept(verdicts), now)
        TaskRun.objects.bulk_create(runs, ignore_conflicts=True, batch_size=1000)
        _note(locked, now, len(runs), has_run=any(one.state == State.WAITING for one in verdicts))
        going = [run.due_at for run in runs if run.state == State.WAITING]
    for run in runs_to_send(schedule=locked, due_at__in=going):
        run_send(run=run, options=_options(locked))
    return next(due_after(locked, now), None)


def _is_ahead(schedule: PeriodicTask, now: datetime) -> bool:
    """Return whether a machine whose clock was ahead has decided on due times to come.

    They would never be looked at again until the clock comes to them.
    """
    return schedule.last_run_at is not None and schedule.last_run_at > now + _CLOCKS_DIFFER_BY


def _verdicts(schedule: PeriodicTask, due: list[datetime], now: datetime) -> list[Verdict]:
    verdicts = decide(due, now, declared_tasks().get(schedule.task), _open_run(schedule))
    verdicts = skip_paused(verdicts, pauses_since(due[0]))
    why = why_not_now(schedule.task)
    return skip_read_only(verdicts, why) if why else verdicts


def _due_between(schedule: PeriodicTask, since: datetime, now: datetime) -> list[datetime]:
    due = []
    for moment in due_after(schedule, since):
        if moment > now:
            break
        due.append(moment)
        if schedule.one_off:
            break
    return due


def _kept(verdicts: list[Verdict]) -> list[Verdict]:
    """Leave out the oldest of a long time without a scheduler; the row of the newest of them says how many."""
    to_run = [index for index, verdict in enumerate(verdicts) if verdict.state == State.WAITING]
    in_line = set(to_run[-MOST_IN_LINE:])
    first = len(verdicts) - MOST_AT_ONCE
    kept: list[Verdict] = []
    left: list[Verdict] = []
    for index, verdict in enumerate(verdicts):
        is_kept = index in in_line if verdict.state == State.WAITING else index >= first
        (kept if is_kept else left).append(verdict)
    if not left:
        return kept
    why = f"{len(left):,} due times up to this one were left out: too many had passed."
    return [Verdict(left[-1].due_at, State.MISSED, why), *kept]


def _open_run(schedule: PeriodicTask) -> TaskRun | None:
    return TaskRun.objects.filter(schedule=schedule, state__in=TaskRun.OPEN).order_by("id").first()


def _runs(schedule: PeriodicTask, verdicts: list[Verdict], now: datetime) -> list[TaskRun]:
    problem = problem_with_schedule(schedule)
    arguments = {}
    if not problem:
        arguments = {
            "args": json.loads(schedule.args or "[]"),
            "kwargs": json.loads(schedule.kwargs or "{}"),
        }
    is_frequent = _is_frequent(schedule, verdicts[0].due_at)
    runs = []
    for verdict in verdicts:
        run = TaskRun(
            schedule=schedule,
            schedule_name=schedule.name,
            task_name=schedule.task,
            arguments=arguments,
            due_at=verdict.due_at,
            state=verdict.state,
            reason=verdict.reason,
            is_frequent=is_frequent,
            start_by=_start_by(schedule, verdict.due_at),
        )
        if problem and run.state == State.WAITING:
            run.state, run.message = State.REFUSED, problem
        if run.state != State.WAITING:
            run.ended_at = now
        runs.append(run)
    return runs


def _is_frequent(schedule: PeriodicTask, due_at: datetime) -> bool:
    following = next(due_after(schedule, due_at), None)
    return following is not None and following - due_at < _FREQUENT


def _start_by(schedule: PeriodicTask, due_at: datetime) -> datetime | None:
    if schedule.expire_seconds is not None:
        return due_at + timedelta(seconds=schedule.expire_seconds)
    return schedule.expires


def _note(schedule: PeriodicTask, now: datetime, count: int, *, has_run: bool) -> None:
    changes: dict[str, Any] = {"last_run_at": now, "total_run_count": F("total_run_count") + count}
    if schedule.one_off:
        changes["enabled"] = False
    became = "It runs once, and has run." if has_run else "It runs once, and was missed."
    with audit_context(actor="scheduler", reason=became):
        PeriodicTask.objects.filter(pk=schedule.pk).update(**changes)


def _options(schedule: PeriodicTask) -> dict[str, Any]:
    """Return what a schedule says of its message."""
    headers = json.loads(schedule.headers or "{}")
    return {
        "queue": schedule.queue,
        "exchange": schedule.exchange,
        "routing_key": schedule.routing_key,
        "priority": schedule.priority,
        "headers": {**headers, "periodic_task_name": schedule.name},
    }


def _tell_once(schedule: PeriodicTask, error: Exception) -> None:
    told = schedule.pk, f"{type(error).__name__}: {error}"
    if told not in _told:
        _told.add(told)
        logger.error("“%s” never runs: %s", schedule.name, told[1], exc_info=error)
