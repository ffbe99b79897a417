"""Names of a plan's causes: why rows are refused or skipped, and what updates change."""

from apps.transfers import registry
from apps.transfers.models import ImportRun

_CAUSES = {
    "duplicate": "Same as an earlier row",
    "skip:exists": "Already exists",
    "skip:new": "New, but this import only updates",
    "ragged": "More or fewer cells than the header",
    "broken_quote": "Misplaced quote",
    "too_long": "Cell too long",
    "total": "A line of totals, or a row below it",
    "header": "The header repeated",
    "stale": "Changed since the export",
}
_CODES = {
    "missing": "missing",
    "invalid": "not valid",
    "nameless": "not named",
    "unknown": "unknown word",
    "unwanted": "not to be imported",
    "too_long": "too long",
    "lossy": "a rounded number",
    "error": "a spreadsheet's error",
    "formula": "formula without a result",
    "control": "control characters",
    "two": "more than one address",
    "range": "out of range",
    "ambiguous": "ambiguous",
    "not_found": "not found",
    "in_trash": "in the trash",
    "conflict": "rows disagree",
    "taken": "used by another record",
    "rule": "breaks a rule",
    "not_allowed": "not allowed",
    "two_ways": "identified in two ways",
}


def change_labels(run: ImportRun) -> dict[str, str]:
    """Return the label of everything that a row can change: the columns, and reactivation."""
    dataset = registry.get(run.dataset)
    return {
        **{name: column.label for name, column in dataset.columns().items()},
        **{f"back:{part.name}": part.label.capitalize() for part in dataset.parts() if part.undo},
    }


def cause_label(run: ImportRun, verdict: str, cause: str) -> str:
    columns = registry.get(run.dataset).columns()
    if verdict == "update":
        labels = change_labels(run)
        return ", ".join(
            f"{labels[name]} {'comes back' if name.startswith('back:') else 'changes'}"
            for name in cause.split(",")
            if name in labels
        )
    if cause in _CAUSES:
        return _CAUSES[cause]
    name, _, code = cause.partition(":")
    message = {rule.code: rule.label for rule in registry.get(run.dataset).rules()}.get(cause)
    label = columns[name].label if name in columns else name.replace("_", " ").capitalize()
    return f"{label}: {message or _CODES.get(code, code.replace('_', ' '))}"
