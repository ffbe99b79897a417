"""What is wrong with a schedule now, told from its latest runs alone.

Each rule says what is wrong, or None. Nothing is remembered between two looks, so any process may ask at any
moment and comes to the same answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django_celery_beat.models import PeriodicTask

from apps.core.personal_patterns import masked_in
from apps.schedules.durations import duration_in_words, usual_of
from apps.schedules.models import Alarm, TaskRun

State = TaskRun.State
Kind = Alarm.Kind

NOT_RUN = (State.SKIPPED, State.MISSED)
LATE_AFTER = timedelta(minutes=1)
# Below this, a slow moment of the machine is three times.
SLOW_FACTOR = 3
NEVER_SLOW = timedelta(seconds=5)
# What runs every few minutes makes up for a missed due time by itself.
MISSED_GRACE = timedelta(minutes=2)
# Enough for the usual duration where some of the runs did not succeed.
LOOKED_AT = 40


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong: since when, which run shows it, and a sentence that says it."""

    kind: Alarm.Kind
    since: datetime
    run: TaskRun
    details: str


@dataclass(frozen=True)
class RecentRuns:
    """The latest runs of one schedule, newest first, without those that never began."""

    runs: list[TaskRun]
    last_missed: TaskRun | None = None

    def latest(self, *states: TaskRun.State) -> TaskRun | None:
        return next((run for run in self.runs if run.state in states), None)


def recent_runs(schedules: QuerySet[PeriodicTask]) -> dict[int, RecentRuns]:
    """Read the latest runs of all `schedules` in two statements, each by an index."""
    of_schedule = TaskRun.objects.filter(schedule=OuterRef("pk")).order_by("-pk").values("pk")
    begun = of_schedule.exclude(state__in=NOT_RUN)[:LOOKED_AT]
    missed = of_schedule.filter(state=State.MISSED)[:1]
    keys = list(
        schedules.order_by("pk").values_list("pk", ArraySubquery(begun), ArraySubquery(missed))
    )
    wanted = [key for _, *lists in keys for some in lists for key in some]
    runs = TaskRun.objects.defer("arguments").in_bulk(wanted)
    return {
        schedule: RecentRuns(
            [runs[key] for key in begun_keys if key in runs],
            next((runs[key] for key in missed_keys if key in runs), None),
        )
        for schedule, begun_keys, missed_keys in keys
    }


def troubles(recent: RecentRuns, now: datetime) -> dict[Alarm.Kind, Trouble]:
    """Return everything that is wrong, by kind."""
    found = (rule(recent, now) for rule in RULES)
    return {trouble.kind: trouble for trouble in found if trouble is not None}


def _failed(recent: RecentRuns, now: datetime) -> Trouble | None:
    run = recent.latest(State.SUCCEEDED, State.FAILED, State.REFUSED)
    if run is None or run.state == State.SUCCEEDED:
        return None
    how = "was refused" if run.state == State.REFUSED else "failed"
    return Trouble(Kind.FAILED, _ended(run), run, f"Run {run.pk} {how}: {_said(run)}")


def _lost(recent: RecentRuns, now: datetime) -> Trouble | None:
    run = recent.latest(State.SUCCEEDED, State.LOST)
    if run is None or run.state == State.SUCCEEDED:
        return None
    return Trouble(Kind.LOST, _ended(run), run, f"Run {run.pk} was lost: {_said(run)}")


def _late(recent: RecentRuns, now: datetime) -> Trouble | None:
    """The two latest runs that were due began more than a minute late, or still wait to begin."""
    verdicts = ((run, _is_late(run, now)) for run in recent.runs if not run.run_key)
    known = [(run, is_late) for run, is_late in verdicts if is_late is not None][:2]
    if len(known) < 2 or not all(is_late for _, is_late in known):
        return None
    (run, _), (before, _) = known
    why = run.reason or "It is still waiting for a worker."
    details = f"Runs {before.pk} and {run.pk} did not begin on time. {why}"
    return Trouble(Kind.LATE, before.due_at, run, details)


def _is_late(run: TaskRun, now: datetime) -> bool | None:
    """Return whether a run began late; None if that is not known yet, or it never was to begin."""
    if run.started_at is None:
        if run.state in (State.REFUSED, State.CANCELED):
            return None
        overdue = (run.ended_at or now) - run.due_at > LATE_AFTER
        return True if overdue else None
    return bool(run.reason)


def _slow(recent: RecentRuns, now: datetime) -> Trouble | None:
    """A run takes, or the latest took, three times as long as the median of the 20 successes before it."""
    running = [run for run in recent.runs if run.state == State.RUNNING and run.started_at]
    ended = next((run for run in recent.runs if run.duration is not None), None)
    for run in [*running, *([ended] if ended else [])]:
        took = run.duration or now - (run.started_at or now)
        usual = usual_duration(run, recent.runs)
        if usual is not None and took > max(SLOW_FACTOR * usual, NEVER_SLOW):
            verb = "has been running for" if run.ended_at is None else "took"
            return Trouble(
                Kind.SLOW,
                run.started_at or now,
                run,
                f"Run {run.pk} {verb} {duration_in_words(took)}. It usually takes {duration_in_words(usual)}.",
            )
    return None


def usual_duration(run: TaskRun, runs: Iterable[TaskRun]) -> timedelta | None:
    """Return the median of the 20 successes before `run`; None if there are fewer than five."""
    return usual_of(
        earlier.duration
        for earlier in runs
        if earlier.pk < run.pk and earlier.state == State.SUCCEEDED and earlier.duration is not None
    )


def _missed(recent: RecentRuns, now: datetime) -> Trouble | None:
    """A due time was missed, and no later run has made up for it."""
    run = recent.last_missed
    if run is None or (recent.runs and recent.runs[0].pk > run.pk):
        return None
    if run.is_frequent and now - _ended(run) < MISSED_GRACE:
        return None
    details = f"Nothing ran at {run.due_at:%Y-%m-%d %H:%M %Z}. {run.reason}"
    return Trouble(Kind.MISSED, run.due_at, run, details)


RULES: list[Callable[[RecentRuns, datetime], Trouble | None]] = [
    _failed,
    _lost,
    _late,
    _slow,
    _missed,
]


def _ended(run: TaskRun) -> datetime:
    return run.ended_at or run.due_at


def _said(run: TaskRun) -> str:
    # It is mailed, and the history keeps it: neither is the place for an address.
    return masked_in(" ".join((run.message or "it said nothing").split()))[:500]
