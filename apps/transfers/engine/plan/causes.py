"""What a plan's causes are called: why rows are refused or skipped, and what updates change."""

from apps.transfers import registry
from apps.transfers.models import ImportRun

_CAUSES = {
    "duplicate": "The same as an earlier row",
    "skip:exists": "Exists already",
    "skip:new": "New, and none is to be created",
    "ragged": "More or fewer cells than the header",
    "broken_quote": "A quote in the wrong place",
    "too_long": "A cell of enormous length",
    "total": "A line of totals, or what stands below it",
    "header": "The header once more",
    "stale": "Changed since the export",
}
_CODES = {
    "missing": "missing",
    "invalid": "not valid",
    "nameless": "not named",
    "unknown": "an unknown word",
    "unwanted": "marked as not to be imported",
    "too_long": "too long",
    "lossy": "a rounded number",
    "error": "a spreadsheet's error",
    "formula": "a formula without a result",
    "control": "control characters",
    "two": "more than one address",
    "range": "beyond what fits",
    "ambiguous": "more than one reading",
    "not_found": "not found",
    "in_trash": "in the trash",
    "conflict": "rows disagree",
    "taken": "belongs to another record",
    "rule": "against a rule",
    "last_owner": "the last owner would go",
    "own_rights": "your own rights",
    "not_allowed": "not allowed",
    "two_ways": "meant by two rows in different ways",
}


def change_labels(run: ImportRun) -> dict[str, str]:
    """Return the label of everything that a row can change: the columns, and who comes back."""
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
    label = columns[name].label if name in columns else name.replace("_", " ").capitalize()
    return f"{label}: {_CODES.get(code, code.replace('_', ' '))}"
