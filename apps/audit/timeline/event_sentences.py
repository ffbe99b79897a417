"""Events as sentences: what is no record's change."""

from collections.abc import Callable
from typing import Any

from apps.audit.models import Event, Kind

type Data = dict[str, Any]

ICONS: dict[str, str] = {
    Kind.SIGN_IN: "login",
    Kind.SIGN_IN_FAILED: "gpp_bad",
    Kind.SIGN_OUT: "logout",
    Kind.SESSION_ENDED: "logout",
    Kind.SUDO: "lock_open",
    Kind.FACTOR_ADDED: "phonelink_lock",
    Kind.FACTOR_REMOVED: "phonelink_erase",
    Kind.PASSWORD_LINK: "key",
    Kind.ROLE_CHANGE: "shield_person",
    Kind.EMAIL_CHANGE: "alternate_email",
    Kind.SCOPE_CHANGE: "visibility",
    Kind.EXPORT: "download",
    Kind.IMPORT: "upload_file",
    Kind.UNDO: "undo",
    Kind.CANCEL: "cancel",
    Kind.CANCEL_UNDO: "cancel",
    Kind.FLAG_FLIP: "toggle_on",
    Kind.SCHEDULE_CHANGE: "schedule",
    Kind.IMPERSONATION: "supervisor_account",
    Kind.REFUSED: "block",
    Kind.AUDIT_EXPORT: "download",
    Kind.VERIFICATION: "verified",
    Kind.RETENTION: "auto_delete",
    Kind.APPROVAL_ASKED: "approval",
    Kind.APPROVAL_DECIDED: "how_to_reg",
}


def of_event(event: Event) -> str:
    """Tell an event: by a sentence of its kind, or by the kind's name and what its data adds."""
    data: Data = dict(event.data) if isinstance(event.data, dict) else {}
    # What it happened to is named already, in front of the sentence.
    data = {key: value for key, value in data.items() if value not in ("", None, [], {})}
    data = {key: value for key, value in data.items() if not _is_named(value, event.target_label)}
    told = _TOLD.get(event.kind)
    if told and (sentence := told(data)):
        return sentence
    said = str(event).lower()
    if what := data.pop("what", ""):
        said = f"{said}, {what}"
    parts = [*_changes(data), *(f"{_word(key)} {_plain(value)}" for key, value in data.items())]
    return f"{said}: {', '.join(parts)}" if parts else said


def _role_change(data: Data) -> str:
    parts = [
        f"{verb} {listed([str(name) for name in data[key]])}"
        for key, verb in (("given", "gave the role"), ("taken", "removed the role"))
        if data.get(key)
    ]
    return " and ".join(parts)


def _scope_change(data: Data) -> str:
    if "after" not in data:
        return ""
    was = f" (was {data['before']})" if data.get("before") else ""
    return f"limited access to {data['after']}{was}"


def _email_change(data: Data) -> str:
    said = {
        "asked": "asked to change the e-mail address",
        "confirmed": "changed the e-mail address",
        "canceled": "canceled a change of the e-mail address",
        "expired": "let a change of the e-mail address expire",
        "void": "ended a change of the e-mail address",
    }.get(str(data.get("did")))
    if said is None or not {"before", "after"} <= data.keys():
        return ""
    because = f": {data['because']}" if "because" in data else ""
    return f"{said} from {data['before']} to {data['after']}{because}".rstrip(".")


def _refused(data: Data) -> str:
    path = data.get("path")
    return (
        f"was refused access to {data.get('method', '')} {path}".replace("  ", " ") if path else ""
    )


def _sign_in_failed(data: Data) -> str:
    said = (
        f"failed to sign in as “{data['username']}”" if "username" in data else "failed to sign in"
    )
    return f"{said}: {data['because']}" if "because" in data else said


def _session_ended(data: Data) -> str:
    if "because" in data:
        return f"was signed out: {data['because']}"
    number = data.get("sessions", 0)
    return f"ended {number:,} session{'' if number == 1 else 's'}"


def _sudo(data: Data) -> str:
    return f"turned sudo mode on with a {data['factor']}" if "factor" in data else ""


def _factor_added(data: Data) -> str:
    return f"set up a factor: {data['factor']}" if "factor" in data else ""


def _factor_removed(data: Data) -> str:
    return f"removed a factor: {data['factor']}" if "factor" in data else ""


def _verification(data: Data) -> str:
    if "whole" not in data:
        return ""
    rows = f"{data.get('rows', 0):,} rows"
    if data["whole"]:
        return f"verified the audit log: complete, {rows}"
    return f"verified the audit log: {data.get('problems', 0):,} problems in {rows}"


def _impersonation(data: Data) -> str:
    """Tell it from either side: "started acting as Ida Berg", "started acting as this person"."""
    target = data.get("as", "this person")
    if data.get("did") == "began":
        how = "with writing" if data.get("writing") else "read-only"
        return f"started acting as {target}, {how}"
    if data.get("did") == "ended":
        return f"stopped acting as {target}: {str(data.get('how', '')).lower()}"
    return ""


_REMOVED = {
    "imports": ("import", "imports"),
    "files": ("file", "files"),
    "reports": ("report file", "report files"),
    "seats": ("membership", "memberships"),
    "invitations": ("invitation", "invitations"),
    "requests": ("request", "requests"),
    "texts": ("other text", "other texts"),
    "history": ("history entry", "history entries"),
}


def _anonymization(data: Data) -> str:
    removed = data.get("removed")
    if not isinstance(removed, dict):
        return "removed the person's data"
    return f"removed the person's data: {removed_in_words(removed)}"


def removed_in_words(removed: Data) -> str:
    """Return "2 imports, 1 file and 1 membership" for the counts that a removal leaves."""
    said = []
    for name, number in removed.items():
        if name in _REMOVED:
            one, many = _REMOVED[name]
            said.append(f"{number:,} {one if number == 1 else many}")
    return listed(said) or "only the record"


def _audit_export(data: Data) -> str:
    return f"exported the audit log: {data['filter']}" if "filter" in data else ""


def _approval_asked(data: Data) -> str:
    return "asked for approval"


def _approval_decided(data: Data) -> str:
    said = {"approved": "approved", "refused": "refused"}.get(str(data.get("decision")), "decided")
    asked = f" what {data['requester']} asked for" if data.get("requester") else ""
    came = f": {data['outcome']}" if said == "approved" and data.get("outcome") else ""
    return f"{said}{asked}{came}".rstrip(".")


_TOLD: dict[str, Callable[[Data], str]] = {
    Kind.ROLE_CHANGE: _role_change,
    Kind.SCOPE_CHANGE: _scope_change,
    Kind.EMAIL_CHANGE: _email_change,
    Kind.REFUSED: _refused,
    Kind.SIGN_IN_FAILED: _sign_in_failed,
    Kind.SESSION_ENDED: _session_ended,
    Kind.SUDO: _sudo,
    Kind.FACTOR_ADDED: _factor_added,
    Kind.FACTOR_REMOVED: _factor_removed,
    Kind.VERIFICATION: _verification,
    Kind.AUDIT_EXPORT: _audit_export,
    Kind.IMPERSONATION: _impersonation,
    Kind.ANONYMIZATION: _anonymization,
    Kind.APPROVAL_ASKED: _approval_asked,
    Kind.APPROVAL_DECIDED: _approval_decided,
}


def _changes(data: Data) -> list[str]:
    """Take "field from before to after" out of the two shapes that events have for it."""
    changes = data.pop("changes", {})
    if "field" in data:
        changes = {data.pop("field"): [data.pop("before", None), data.pop("after", None)]}
    if not isinstance(changes, dict):
        return []
    return [
        f"{_word(field)} from {_plain(pair[0])} to {_plain(pair[1])}"
        for field, pair in changes.items()
        if isinstance(pair, list) and len(pair) == 2
    ]


def _is_named(value: Any, label: str) -> bool:
    return isinstance(value, str) and bool(label) and label.startswith(value)


def _word(key: str) -> str:
    return str(key).replace("_", " ")


def _plain(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return listed([str(item) for item in value])
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def listed(names: list[str]) -> str:
    """Return "a", "a and b", "a, b and c", "a, b, c and 4 more"."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
