"""The steps of the wizard, those that a run has reached, and the step bar."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.transfers.models import ImportRun

State = ImportRun.State

FILE, COLUMNS, CHECK, APPLY = "file", "columns", "check", "apply"
LABELS = {FILE: "File", COLUMNS: "Columns", CHECK: "Check", APPLY: "Apply"}


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    number: int
    url: str
    is_current: bool
    is_done: bool


def open_steps(run: ImportRun) -> tuple[str, ...]:
    """Return the steps that can be opened now; the last one is the run's current step."""
    if run.state == State.FAILED and run.planned_at is None:
        # Nothing was planned: reading the file with other settings may help.
        return (FILE,)
    if run.state == State.READ:
        return (FILE,) if run.findings.get("needs_sheet") else (FILE, COLUMNS)
    if run.state in (State.UPLOADED, State.MATCHED, State.STAGED):
        # A worker has the run: its settings must not change now.
        return (FILE,) if run.state == State.UPLOADED else (CHECK,)
    if run.state == State.PLANNED:
        return (FILE, COLUMNS, CHECK)
    return (APPLY,)


def standing_step(run: ImportRun) -> str:
    # A file that was just read is shown until the person continues.
    return FILE if run.state == State.READ else open_steps(run)[-1]


def step_url(run: ImportRun, name: str = "") -> str:
    return reverse(f"admin:transfers_importrun_{name or standing_step(run)}", args=[run.pk])


def step_bar(current: str, run: ImportRun | None = None) -> list[Step]:
    names = list(LABELS)
    reachable = open_steps(run) if run else ()
    position = names.index(current)
    return [
        Step(
            name=name,
            label=LABELS[name],
            number=number,
            url=step_url(run, name) if run and name in reachable and name != current else "",
            is_current=name == current,
            is_done=names.index(name) < position,
        )
        for number, name in enumerate(names, 1)
    ]


def step_context(current: str, run: ImportRun | None = None, **extra: object) -> dict[str, Any]:
    return {"steps": step_bar(current, run), "step": current, "run": run, **extra}
