"""Events of imports."""

from apps.audit.kinds import Data, EventKind
from apps.core.wording import listed

_ENDS = {"applied_in_part": " in part", "canceled": ", and canceled", "failed": ", and failed"}


def _imported(data: Data) -> str:
    results = data.get("results")
    if not isinstance(results, dict):
        return ""
    # Zeros are left out, except for the two numbers that people look for.
    numbers = [
        f"{results.get(name, 0):,} {name}"
        for name in ("created", "updated", "refused", "drifted", "vanished")
        if results.get(name) or name in ("created", "updated")
    ]
    end = _ENDS.get(data.get("state", ""), "")
    # Leave out the dataset if the import's name begins with it.
    what = f" {data['dataset']}" if "dataset" in data else ""
    return f"imported{what}{end}: {listed(numbers, most=3)}"


def _undid(data: Data) -> str:
    results = data.get("results")
    if not isinstance(results, dict):
        return ""
    numbers = [
        f"{results.get(name, 0):,} {words}"
        for name, words in (
            ("removed", "created records undone"),
            ("reverted", "updated records restored"),
            ("kept", "rows kept"),
        )
        if results.get(name)
    ]
    return f"undid the import: {listed(numbers, most=3)}" if numbers else "undid the import"


def _canceled(what: str, data: Data) -> str:
    rows = data.get("rows_done", 0)
    return f"canceled the {what} after {rows:,} {'row' if rows == 1 else 'rows'}"


IMPORT = EventKind("import", "Imported", icon="upload_file", sentence=_imported)
UNDO = EventKind("undo", "Undid an import", icon="undo", sentence=_undid)
CANCEL = EventKind(
    "cancel",
    "Canceled an import",
    icon="cancel",
    sentence=lambda data: _canceled("import", data),
)
CANCEL_UNDO = EventKind(
    "cancel_undo",
    "Canceled an undo",
    icon="cancel",
    sentence=lambda data: _canceled("undo", data),
)
