"""Entries as sentences."""

from collections.abc import Callable
from typing import Any

from apps.audit.models import Event, Kind
from apps.audit.timeline.naming import fill
from apps.audit.timeline.registry import Inclusion, labels
from apps.audit.timeline.values import EMPTY, Change

# A value longer than this is left to the fields below the sentence.
_SHORT = 60

_EVENT_ICONS: dict[str, str] = {
    Kind.SIGN_IN: "login",
    Kind.SIGN_IN_FAILED: "gpp_bad",
    Kind.SIGN_OUT: "logout",
    Kind.ROLE_CHANGE: "shield_person",
    Kind.EXPORT: "download",
    Kind.IMPORT: "upload_file",
    Kind.UNDO: "undo",
    Kind.FLAG_FLIP: "toggle_on",
    Kind.SCHEDULE_CHANGE: "schedule",
    Kind.IMPERSONATION: "supervisor_account",
    Kind.REFUSED: "block",
    Kind.AUDIT_EXPORT: "download",
    Kind.VERIFICATION: "verified",
    Kind.RETENTION: "auto_delete",
}


def icon_of(kind: str) -> str:
    return _EVENT_ICONS.get(kind, "info")


def of_row(entry: Any, inclusion: Inclusion | None, show: Callable[[str], str], trash: str) -> str:
    """Tell what happened to a record; `trash` is "in" or "out" where it went there or came back."""
    model = entry.model
    noun = str(model._meta.verbose_name)

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
        return f"saved{of}, with nothing to tell"
    if len(changes) > 1:
        return f"changed {_listed([change.label for change in changes])}{of}"
    (change,) = changes
    before, after = (_low(value, change.is_choice) for value in (change.before, change.after))
    if change.is_hidden or max(len(before), len(after)) > _SHORT:
        return f"changed {change.label}{of}"
    if before == EMPTY:
        return f"set {change.label}{of} to {after}"
    if after == EMPTY:
        return f"cleared {change.label}{of}, which was {before}"
    return f"changed {change.label}{of} from {before} to {after}"


def of_event(event: Event) -> str:
    """Tell an event by its kind, with what its data adds."""
    said = str(event).lower()
    data: dict[str, Any] = event.data if isinstance(event.data, dict) else {}
    if event.kind == Kind.ROLE_CHANGE:
        parts = [
            f"{verb} {_listed([str(name) for name in data.get(key) or []])}"
            for key, verb in (("given", "gave the role"), ("taken", "took the role"))
            if data.get(key)
        ]
        return " and ".join(parts) or said
    details = ", ".join(
        f"{key.replace('_', ' ')}: {_plain(value)}"
        for key, value in data.items()
        if value not in ("", None, [], {})
    )
    return f"{said} ({details})" if details else said


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return _listed([str(item) for item in value])
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _trashed(trash: str, what: str) -> str:
    return f"moved {what} to the trash" if trash == "in" else f"restored {what} from the trash"


def _low(text: str, is_choice: bool) -> str:
    return text.lower() if is_choice else text


def _listed(names: list[str]) -> str:
    """Return "a", "a and b", "a, b and c", "a, b and 4 more fields"."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
