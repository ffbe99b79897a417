"""The totals of a run's plan by cause, the blast radius, and the run's progress."""

from dataclasses import dataclass

from django.utils import timezone

from apps.core.actors import PermissionHolder
from apps.core.personal import readable
from apps.transfers import registry
from apps.transfers.engine.plan.causes import cause_label
from apps.transfers.models import ImportRun


@dataclass
class Cause:
    """Rows with one verdict for one reason: "E-mail is missing", 85 rows. `code` filters by it; for
    updates it names a changed column."""

    verdict: str
    code: str
    label: str
    rows: int


@dataclass
class ImpactLine:
    """One sentence of the blast radius, with the number to type where there is one."""

    code: str
    sentence: str
    number: int
    must_type: bool


@dataclass
class Progress:
    """For the page that watches. `percent` 0 to 100 or None where it cannot be known;
    `rows_per_second` and `seconds_left` None before the first chunk."""

    state: str
    state_label: str
    phase: str
    rows_done: int
    rows_total: int
    percent: float | None
    rows_per_second: float | None
    seconds_left: float | None
    counts: dict[str, int]
    results: dict[str, int]
    error: str
    has_ended: bool
    is_waiting: bool


@dataclass
class WordMeaning:
    """A word of the file in a column, what it was taken to mean and why, and in how many rows."""

    column: str
    word: str
    value: str
    how: str
    rows: int


def word_meanings(run: ImportRun) -> list[WordMeaning]:
    """Return what the words of the file meant when the run was planned, most rows first."""
    columns = registry.get(run.dataset).columns()

    def meaning(name: str, value: str) -> str:
        choices = columns[name].choices if name in columns else ()
        return str(dict(choices).get(value, value)).lower() if choices else value

    return [
        WordMeaning(
            column=columns[item["column"]].label if item["column"] in columns else item["column"],
            word=readable(item["word"]),
            value=readable(meaning(item["column"], item["value"])),
            how=item["how"],
            rows=item["rows"],
        )
        for item in run.plan_facts.get("words", [])
    ]


def plan_causes(run: ImportRun) -> list[Cause]:
    """Return the totals by verdict and cause, most rows first; bounded, whatever the file.

    Updates are counted once for each column that they change."""
    return [
        Cause(verdict, cause, cause_label(run, verdict, cause), rows)
        for verdict, cause, rows in run.causes
    ]


def plan_impacts(run: ImportRun, user: PermissionHolder | None = None) -> list[ImpactLine]:
    """Return the blast radius, worst first."""
    lines = [ImpactLine(**impact) for impact in run.impacts]
    return sorted(lines, key=lambda x: (not x.must_type, -x.number))


_PHASES = {
    "uploaded": "Reading the file",
    "read": "Waiting for you: Columns",
    "matched": "Checking every cell",
    "staged": "Comparing with existing records",
    "planned": "Waiting for you: Check",
    "confirmed": "Waiting for a worker",
    "applying": "Writing",
}


def run_progress(run: ImportRun) -> Progress:
    # A new plan discards the old plan's progress.
    is_checking = run.state in (run.State.MATCHED, run.State.STAGED)
    total = run.rows_to_do if run.planned_at and not is_checking else run.rows
    percent = rate = left = None
    phase = _PHASES.get(run.state, run.get_state_display())
    rows_done = 0 if is_checking else run.rows_done
    if is_checking:
        unit, done, of = run.plan_facts.get("progress", ["", 0, 0])
        # Reading the cells is about half of the work, the steps that follow the other half.
        if unit == "rows" and of and run.state == run.State.MATCHED:
            rows_done, percent = min(done, of), 50 * min(done, of) / of
        elif run.state == run.State.STAGED:
            is_step = unit == "steps" and of
            rows_done, percent = total, 50 + (50 * done / of if is_step else 0)
            phase = f"{phase}, step {done + 1} of {of}" if is_step else phase
    if run.state == run.State.APPLYING and total:
        percent = 100 * run.rows_done / total
        if run.rows_done and run.confirmed_at:
            passed = max((timezone.now() - run.confirmed_at).total_seconds(), 0.1)
            rate = run.rows_done / passed
            left = (total - run.rows_done) / rate
    elif run.has_ended:
        percent = 100.0
    return Progress(
        state=run.state,
        state_label=run.get_state_display(),
        phase=phase,
        rows_done=rows_done,
        rows_total=total,
        percent=percent,
        rows_per_second=rate,
        seconds_left=left,
        counts=run.counts,
        results=run.results,
        error=run.error,
        has_ended=run.has_ended,
        is_waiting=run.is_waiting_for_a_person,
    )
