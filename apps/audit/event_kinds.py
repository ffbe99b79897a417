"""Events of every app: sign-ins, refusals, exports, and the audit log's own maintenance."""

from apps.audit.kinds import Data, EventKind


def _sign_in_failed(data: Data) -> str:
    message = (
        f"failed to sign in as “{data['username']}”" if "username" in data else "failed to sign in"
    )
    return f"{message}: {data['because']}" if "because" in data else message


def _refused(data: Data) -> str:
    path = data.get("path")
    return (
        f"was refused access to {data.get('method', '')} {path}".replace("  ", " ") if path else ""
    )


def _exported(data: Data) -> str:
    """Describe the export of a list, which has this data; other exports describe themselves."""
    if "format" not in data:
        return ""
    # Leave out the dataset if the export's name begins with it.
    said = " ".join(filter(None, ["exported", data.get("dataset"), f"as {data['format'].upper()}"]))
    query = data.get("query")
    if isinstance(query, dict):
        # The query of the list, or the options of the command.
        filters = [f"{name}={value}" for name, value in query.get("filters", {}).items()]
        if narrowed := query.get("query") or "&".join(filters):
            said += f", filtered by {narrowed}"
    return f"{said}, with personal data" if data.get("personal_data") else said


def _audit_export(data: Data) -> str:
    return f"exported the audit log: {data['filter']}" if "filter" in data else ""


def _verification(data: Data) -> str:
    if "whole" not in data:
        return ""
    rows = f"{data.get('rows', 0):,} rows"
    if data["whole"]:
        return f"verified the audit log: complete, {rows}"
    return f"verified the audit log: {data.get('problems', 0):,} problems in {rows}"


SIGN_IN = EventKind("sign_in", "Signed in", icon="login")
SIGN_IN_FAILED = EventKind(
    "sign_in_failed", "Failed to sign in", icon="gpp_bad", sentence=_sign_in_failed
)
SIGN_OUT = EventKind("sign_out", "Signed out", icon="logout")
EXPORT = EventKind("export", "Exported", icon="download", sentence=_exported)
REFUSED = EventKind("refused", "Was refused access", icon="block", sentence=_refused)
AUDIT_EXPORT = EventKind(
    "audit_export", "Exported the audit log", icon="download", sentence=_audit_export
)
VERIFICATION = EventKind(
    "verification", "Verified the audit log", icon="verified", sentence=_verification
)
RETENTION = EventKind("retention", "Trimmed the audit log", icon="auto_delete")
