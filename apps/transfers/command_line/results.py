"""Turns a run into a command's output: the JSON for scripts, and the exit code."""

from typing import Any

from apps.core.commands import INCOMPLETE, OK, UNUSABLE
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings
from apps.transfers.reading.encoding_names import guess_in_words
from apps.transfers.selectors.matching import imported_before
from apps.transfers.selectors.plans import file_headers, plan_rows

State = ImportRun.State
_PROBLEMS = 100
_COUNTS = ("rows", "created", "updated", "unchanged", "failed", "skipped", "drifted", "not_applied")


def not_imported(run: ImportRun) -> list[str]:
    """Return the headers of columns that were not imported."""
    headers = Findings.from_json(run.findings).headers
    taken = {int(position) for position, name in run.matching.get("columns", {}).items() if name}
    return [header or f"column {i + 1}" for i, header in enumerate(headers) if i not in taken]


def import_json(run: ImportRun) -> dict[str, Any]:
    """Return the object of `--json`: for an ended run the results, for a plan what it would do."""
    is_plan = run.state == State.PLANNED
    counts, results = run.counts, run.results
    headers = file_headers(run)
    problems = [
        {
            "row": row.number,
            # The header in the file; `field` is the dataset's own name.
            "column": headers.get(problem["column"], problem["column"]),
            "field": problem["column"],
            "value": problem["value"],
            "message": problem["message"],
            "suggestion": problem.get("suggestion", ""),
        }
        for row in _problem_rows(run)
        for problem in row.problems
    ]
    seconds = {name: value for name, value in run.seconds.items() if name != "total"}
    return {
        "run": run.pk,
        "state": run.state,
        "dataset": run.dataset,
        "rows": run.rows,
        "created": counts.get("create", 0) if is_plan else results.get("created", 0),
        "updated": counts.get("update", 0) if is_plan else results.get("updated", 0),
        "unchanged": counts.get("unchanged", 0),
        "failed": counts.get("refused", 0) + results.get("refused", 0),
        "skipped": counts.get("duplicate", 0) + counts.get("skipped", 0),
        "drifted": results.get("drifted", 0),
        "not_applied": 0 if is_plan else max(run.rows_to_do - run.rows_done, 0),
        "seconds": {**seconds, "total": round(sum(seconds.values()), 3)},
        "peak_rss_mb": run.peak_rss_mb,
        "encoding": run.findings.get("encoding", ""),
        "not_imported": not_imported(run),
        "notes": [*_notes(run), *imported_before(run, None)],
        "error": run.error,
        "problems": problems[:_PROBLEMS],
    }


def _notes(run: ImportRun) -> list[str]:
    findings = Findings.from_json(run.findings)
    guess = guess_in_words(findings.readings)
    return [guess, *findings.notes] if guess else findings.notes


def nothing_imported(dataset: str) -> dict[str, Any]:
    """Return the same object for a call that created no run."""
    return {
        "run": None,
        "state": "",
        "dataset": dataset,
        **dict.fromkeys(_COUNTS, 0),
        "seconds": {"total": 0},
        "peak_rss_mb": None,
        "encoding": "",
        "not_imported": [],
        "notes": [],
        "problems": [],
    }


def import_exit_code(run: ImportRun, result: dict[str, Any]) -> int:
    """Return 0 if all rows were applied (or planned), 3 if rows failed or were left out, 2 if the
    file could not be used.
    """
    if result["failed"] or result["drifted"]:
        return INCOMPLETE
    if run.state in (State.APPLIED, State.PLANNED):
        return OK
    # A confirmed file was usable, whatever happened afterward.
    in_between = run.state != State.FAILED or run.confirmed_at is not None
    return INCOMPLETE if in_between else UNUSABLE


def _problem_rows(run: ImportRun) -> list[Any]:
    if not run.planned_at:
        return []
    rows = list(plan_rows(run, verdict="refused", limit=_PROBLEMS).rows)
    if run.results.get("refused"):
        rows += plan_rows(run, outcome="refused", limit=_PROBLEMS).rows
    if run.results.get("drifted"):
        rows += plan_rows(run, outcome="drifted", limit=_PROBLEMS).rows
    return sorted(rows, key=lambda row: row.number)
