"""Changes of records as sentences."""

from collections.abc import Callable
from typing import Any

from apps.audit.timeline.record_names import fill
from apps.audit.timeline.registry import Inclusion, labels
from apps.audit.timeline.values import EMPTY, Change
from apps.core.wording import listed

# A longer value is shown only in the fields below the sentence.
_SHORT = 60


def of_row(entry: Any, inclusion: Inclusion | None, show: Callable[[str], str], trash: str) -> str:
    """Describe what happened to a record; `trash` is "in" or "out" if it was moved to the trash or restored."""
    model = entry.model
    noun = str(model._meta.verbose_name)
    if not entry.has_before:
        of = f" of {fill(inclusion.subject, show)}" if inclusion else ""
        return f"changed something{of}; the earlier state is no longer kept"

    def low(name: str) -> str:
        return _low(show(name), bool(model._meta.get_field(name).flatchoices))

    if inclusion is not None:
        subject = fill(inclusion.subject, show)
        if entry.kind == "+":
            return fill(inclusion.created, low)
        if entry.kind == "-":
            return fill(inclusion.deleted, low)
        if trash:
            return _trashed(trash, subject)
        return changed(entry.changes, f" of {subject}")
    if entry.kind == "~":
        return _trashed(trash, "it") if trash else changed(entry.changes)
    if entry.is_own:
        return f"{'created' if entry.kind == '+' else 'deleted'} this {noun}"
    label = labels.get(model)
    words = ("created", "deleted") if label is None else (label.created, label.deleted)
    return fill(words[0] if entry.kind == "+" else words[1], low)


def changed(changes: list[Change], of: str = "") -> str:
    """Return "changed role of Ada Lovelace from member to admin", or the fields' names for several."""
    if not changes:
        return f"saved{of} without changes"
    if len(changes) > 1:
        return f"changed {listed([change.label for change in changes], most=3)}{of}"
    (change,) = changes
    before, after = (_low(value, change.is_choice) for value in (change.before, change.after))
    if change.is_hidden or max(len(before), len(after)) > _SHORT:
        return f"changed {change.label}{of}"
    if before == EMPTY:
        return f"set {change.label}{of} to {after}"
    if after == EMPTY:
        return f"cleared {change.label}{of}, which was {before}"
    return f"changed {change.label}{of} from {before} to {after}"


def _trashed(trash: str, what: str) -> str:
    return f"moved {what} to the trash" if trash == "in" else f"restored {what} from the trash"


def _low(text: str, is_choice: bool) -> str:
    return text.lower() if is_choice else text
