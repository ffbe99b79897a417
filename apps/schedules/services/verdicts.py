"""The rules for due times: which of them run, and why the others do not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.schedulable import Missed, SchedulableTask
from apps.schedules.models import SchedulerPause, TaskRun

State = TaskRun.State
# A due time that is decided later than this passed while no scheduler was running.
LATE_AFTER = timedelta(minutes=1)
NO_SCHEDULER = "No scheduler was running when it was due."


@dataclass(frozen=True)
class Verdict:
    """`reason` says why a due time does not run, or runs late."""

    due_at: datetime
    state: TaskRun.State = State.WAITING
    reason: str = ""


def decide(
    due: list[datetime], now: datetime, task: SchedulableTask | None, open_run: TaskRun | None
) -> list[Verdict]:
    """Return a verdict for each of `due`, in their order.

    First what was missed, as the task says; then no run begins beside another one, unless the task allows it. A
    task whose every due time counts (`Missed.ALL`) lets them line up instead.
    """
    missed = task.missed if task else Missed.ONCE
    late = [moment for moment in due if now - moment > LATE_AFTER]
    on_time = due[len(late) :]
    if missed == Missed.ALL:
        return [*(Verdict(moment, reason=NO_SCHEDULER) for moment in late), *map(Verdict, on_time)]
    verdicts = _of_missed(late, missed, is_covered=bool(on_time))
    may_overlap = task is not None and task.may_overlap
    for moment in on_time:
        verdicts.append(Verdict(moment))
    if may_overlap:
        return verdicts
    return _one_at_a_time(verdicts, open_run)


def skip_paused(verdicts: list[Verdict], pauses: list[SchedulerPause]) -> list[Verdict]:
    """Skip what was due while all schedules were paused."""

    def verdict(one: Verdict) -> Verdict:
        pause = next((pause for pause in pauses if pause.covers(one.due_at)), None)
        return one if pause is None else Verdict(one.due_at, State.SKIPPED, pause.why)

    return [verdict(one) for one in verdicts]


def skip_read_only(verdicts: list[Verdict], why: str) -> list[Verdict]:
    """Skip what would run now, in read-only mode."""
    return [
        Verdict(one.due_at, State.SKIPPED, why) if one.state == State.WAITING else one
        for one in verdicts
    ]


def _of_missed(late: list[datetime], missed: Missed, *, is_covered: bool) -> list[Verdict]:
    verdicts = [Verdict(moment, State.MISSED, NO_SCHEDULER) for moment in late]
    if missed == Missed.ONCE and verdicts and not is_covered:
        verdicts[-1] = Verdict(late[-1], reason=NO_SCHEDULER)
    return verdicts


def _one_at_a_time(verdicts: list[Verdict], open_run: TaskRun | None) -> list[Verdict]:
    """Skip what would run beside the open run, or beside the newest of these."""
    going = [verdict for verdict in verdicts if verdict.state == State.WAITING]
    if open_run is not None:
        going, because = [], _still_there(open_run)
    else:
        going, because = going[-1:], "The scheduler was late, and a later run came first."
    return [
        verdict
        if verdict in going or verdict.state != State.WAITING
        else Verdict(verdict.due_at, State.SKIPPED, because)
        for verdict in verdicts
    ]


def _still_there(run: TaskRun) -> str:
    if run.state == State.RUNNING:
        return f"Run {run.pk} was still running."
    return f"Run {run.pk} was still waiting for a worker."
