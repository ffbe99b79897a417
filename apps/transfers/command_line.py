"""What the commands share: options to a matching, a run to the JSON that scripts read."""

import re
from typing import Any

from django.contrib.auth import get_user_model

from apps.core.errors import DomainError
from apps.core.fields import fold_email
from apps.transfers import registry
from apps.transfers.engine.words import fold_word
from apps.transfers.models import ImportRun
from apps.transfers.options import Findings, Matching
from apps.transfers.selectors.matching import imported_before
from apps.transfers.selectors.plans import file_headers, plan_rows

# Exit codes.
OK, SOME_FAILED = 0, 3
_PROBLEMS = 100


def user_of(email: str | None) -> Any:
    """Return the user that a command works for, None for the machine itself."""
    if not email:
        return None
    user = get_user_model()._default_manager.filter(email=fold_email(email)).first()
    if user is None:
        raise DomainError(f"There is no user “{email}”.")
    return user


def pair(text: str, option: str) -> tuple[str, str]:
    left, mark, right = text.rpartition("=")
    if not mark or not left:
        raise DomainError(f"{option} takes “left=right”, not “{text}”.")
    return left.strip(), right.strip()


def matching_from_options(run: ImportRun, options: dict[str, Any]) -> Matching:
    """Lay the command's options over the suggested matching. A mere likeness is not taken."""
    findings = Findings.from_json(run.findings)
    matching = Matching.from_json(run.matching)
    for position, how in matching.how.items():
        if how == "guess":
            matching.columns[position], matching.how[position] = "", "none"
    for text in options["map"] or []:
        header, name = pair(text, "--map")
        place = str(_position(header, findings.headers))
        name = _column(run.dataset, name) if name else ""
        for other, taken in list(matching.columns.items()):
            if name and taken == name:
                matching.columns[other], matching.how[other] = "", "none"
        matching.columns[place] = name
        matching.how[place] = "hand"
    for text in options["value"] or []:
        left, value = pair(text, "--value")
        name, mark, word = left.partition(":")
        if not mark:
            raise DomainError(f"--value takes “field:word=value”, not “{text}”.")
        name = _column(run.dataset, name)
        matching.values.setdefault(name, {})[word.strip()] = _value(run.dataset, name, value)
    for option, target in (("blank", matching.blanks), ("date_order", matching.date_orders)):
        for text in options.get(option) or []:
            name, value = pair(text, f"--{option.replace('_', '-')}")
            target[_column(run.dataset, name)] = value
    for text in options.get("empty") or []:
        name, word = pair(text, "--empty")
        matching.empty_words.setdefault(_column(run.dataset, name), []).append(word)
    matching.decimal_mark = options.get("decimal_mark") or ""
    matching.mode = options["mode"]
    matching.on_error = options["on_error"]
    matching.stop_after = options.get("stop_after") or 0
    matching.create_missing = [_column(run.dataset, n) for n in options["create_missing"] or []]
    for name, policy in matching.blanks.items():
        if policy not in ("leave", "clear", "refuse"):
            raise DomainError(f"A blank {name} can leave, clear or refuse, not “{policy}”.")
    return matching


def _position(header: str, headers: list[str]) -> int:
    """Return the position of a header; "#3" is the third column, whatever it is called."""
    by_number = re.fullmatch(r"#(\d+)", header)
    if by_number:
        position = int(by_number[1]) - 1
        if not 0 <= position < len(headers):
            raise DomainError(f"The file has no column {header}; it has {len(headers)}.")
        return position
    found = [i for i, each in enumerate(headers) if each == header] or [
        i for i, each in enumerate(headers) if fold_word(each) == fold_word(header)
    ]
    if not found:
        raise DomainError(
            f"The file has no column “{header}”. Its columns: {', '.join(h or '(blank)' for h in headers)}."
        )
    if len(found) > 1:
        places = ", ".join(f"#{i + 1}" for i in found)
        raise DomainError(
            f"The header “{header}” stands above {len(found)} columns. Say which: {places}."
        )
    return found[0]


def _column(dataset: str, name: str) -> str:
    columns = registry.get(dataset).columns()
    if name in columns:
        return name
    for each, column in columns.items():
        if fold_word(column.label) == fold_word(name):
            return each
    raise DomainError(f"{dataset} have no field “{name}”. Fields: {', '.join(columns)}.")


def _value(dataset: str, name: str, value: str) -> str:
    """Return a choice's value for what was typed; "" marks a word as not to be imported."""
    column = registry.get(dataset).columns()[name]
    if not column.choices or not value:
        return value
    for known, label in column.choices:
        if fold_word(value) in (fold_word(known), fold_word(label)):
            return str(known)
    known_values = ", ".join(str(known) for known, _ in column.choices)
    raise DomainError(f"“{value}” is no {column.label.lower()}. It can be {known_values}.")


def not_imported(run: ImportRun) -> list[str]:
    """Return the headers of columns that were not imported."""
    headers = Findings.from_json(run.findings).headers
    taken = {int(position) for position, name in run.matching.get("columns", {}).items() if name}
    return [header or f"column {i + 1}" for i, header in enumerate(headers) if i not in taken]


def run_json(run: ImportRun) -> dict[str, Any]:
    """Return the object of `--json`, as the design gives it."""
    applied = run.confirmed_at is not None
    counts, results = run.counts, run.results
    headers = file_headers(run)
    problems = [
        {
            "row": row.number,
            # As the file calls it; `field` is the dataset's own name.
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
        "created": results.get("created", 0) if applied else counts.get("create", 0),
        "updated": results.get("updated", 0) if applied else counts.get("update", 0),
        "unchanged": counts.get("unchanged", 0),
        "failed": counts.get("refused", 0) + results.get("refused", 0),
        "skipped": counts.get("duplicate", 0) + counts.get("skipped", 0),
        "drifted": results.get("drifted", 0),
        "seconds": {**seconds, "total": round(sum(seconds.values()), 3)},
        "peak_rss_mb": run.peak_rss_mb,
        "not_imported": not_imported(run),
        "notes": [*run.findings.get("notes", []), *imported_before(run, None)],
        "error": run.error,
        "problems": problems[:_PROBLEMS],
    }


def _problem_rows(run: ImportRun) -> list[Any]:
    if not run.planned_at:
        return []
    rows = list(plan_rows(run, verdict="refused", limit=_PROBLEMS).rows)
    if run.results.get("refused"):
        rows += plan_rows(run, outcome="refused", limit=_PROBLEMS).rows
    if run.results.get("drifted"):
        rows += plan_rows(run, outcome="drifted", limit=_PROBLEMS).rows
    return sorted(rows, key=lambda row: row.number)
