"""Events of accounts, roles, requests, and sessions that are not changes of a record."""

from apps.audit.kinds import Data, EventKind
from apps.core.wording import listed


def _session_ended(data: Data) -> str:
    if "because" in data:
        return f"was signed out: {data['because']}"
    number = data.get("sessions", 0)
    return f"ended {number:,} session{'' if number == 1 else 's'}"


def _sudo(data: Data) -> str:
    return f"turned sudo mode on with a {data['factor']}" if "factor" in data else ""


def _factor_added(data: Data) -> str:
    return f"set up a second factor: {data['factor']}" if "factor" in data else ""


def _factor_removed(data: Data) -> str:
    return f"removed a second factor: {data['factor']}" if "factor" in data else ""


def _role_change(data: Data) -> str:
    parts = [
        f"{verb} {listed([str(name) for name in data[key]], most=3)}"
        for key, verb in (("given", "gave the role"), ("taken", "removed the role"))
        if data.get(key)
    ]
    return " and ".join(parts)


def _email_change(data: Data) -> str:
    message = {
        "asked": "asked to change the e-mail address",
        "confirmed": "changed the e-mail address",
        "canceled": "canceled a change of the e-mail address",
        "expired": "let a change of the e-mail address expire",
        "void": "ended a change of the e-mail address",
    }.get(str(data.get("did")))
    if message is None or not {"before", "after"} <= data.keys():
        return ""
    because = f": {data['because']}" if "because" in data else ""
    return f"{message} from {data['before']} to {data['after']}{because}".rstrip(".")


def _impersonation(data: Data) -> str:
    """Describe it from either side: "started acting as Ida Berg", "started acting as this person"."""
    target = data.get("as", "this person")
    if data.get("did") == "began":
        how = "with changes allowed" if data.get("writing") else "read-only"
        return f"started acting as {target}, {how}"
    if data.get("did") == "ended":
        return f"stopped acting as {target}: {str(data.get('how', '')).lower()}"
    return ""


def _approval_asked(data: Data) -> str:
    return "asked for approval"


def _approval_decided(data: Data) -> str:
    message = {"approved": "approved", "refused": "refused"}.get(
        str(data.get("decision")), "decided"
    )
    asked = f" what {data['requester']} asked for" if data.get("requester") else ""
    came = f": {data['outcome']}" if message == "approved" and data.get("outcome") else ""
    return f"{message}{asked}{came}".rstrip(".")


_REMOVED = {
    "imports": ("import", "imports"),
    "files": ("file", "files"),
    "reports": ("report file", "report files"),
    "memberships": ("membership", "memberships"),
    "invitations": ("invitation", "invitations"),
    "requests": ("request", "requests"),
    "texts": ("other text", "other texts"),
    "history": ("history entry", "history entries"),
}


def removed_in_words(removed: Data) -> str:
    """Return "2 imports, 1 file and 1 membership" for the counts of a removal."""
    message = []
    for name, number in removed.items():
        if name in _REMOVED:
            one, many = _REMOVED[name]
            message.append(f"{number:,} {one if number == 1 else many}")
    return listed(message, most=3) or "only the record"


def _anonymization(data: Data) -> str:
    removed = data.get("removed")
    if not isinstance(removed, dict):
        return "removed the person's data"
    return f"removed the person's data: {removed_in_words(removed)}"


def _mail_sent_again(data: Data) -> str:
    return (
        f"sent the e-mail “{data['mail']}” again, which was {data['was']}" if "mail" in data else ""
    )


def _mail_left(data: Data) -> str:
    return f"left the e-mail “{data['mail']}”, which was {data['was']}" if "mail" in data else ""


SESSION_ENDED = EventKind("session_ended", "Ended sessions", icon="logout", sentence=_session_ended)
SUDO = EventKind("sudo", "Turned sudo mode on", icon="lock_open", sentence=_sudo)
FACTOR_ADDED = EventKind(
    "factor_added", "Set up a second factor", icon="phonelink_lock", sentence=_factor_added
)
FACTOR_REMOVED = EventKind(
    "factor_removed", "Removed a second factor", icon="phonelink_erase", sentence=_factor_removed
)
PASSWORD_LINK = EventKind("password_link", "Was sent a link to set a password", icon="key")
ROLE_CHANGE = EventKind(
    "role_change",
    "Changed a role",
    icon="shield_person",
    sentence=_role_change,
    in_history=True,
)
EMAIL_CHANGE = EventKind(
    "email_change", "Changed an e-mail address", icon="alternate_email", sentence=_email_change
)
IMPERSONATION = EventKind(
    "impersonation", "Acted as somebody else", icon="supervisor_account", sentence=_impersonation
)
APPROVAL_ASKED = EventKind(
    "approval_asked", "Asked for approval", icon="approval", sentence=_approval_asked
)
APPROVAL_DECIDED = EventKind(
    "approval_decided", "Decided a request", icon="how_to_reg", sentence=_approval_decided
)
QUEUED_MAIL_SENT_AGAIN = EventKind(
    "queued_mail_sent_again",
    "Sent an e-mail again",
    icon="forward_to_inbox",
    sentence=_mail_sent_again,
)
QUEUED_MAIL_LEFT = EventKind(
    "queued_mail_left", "Left an e-mail unsent", icon="do_not_disturb_on", sentence=_mail_left
)
ANONYMIZATION = EventKind("anonymization", "Anonymized a person", sentence=_anonymization)
