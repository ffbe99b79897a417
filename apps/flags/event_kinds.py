"""Events of flags."""

from apps.audit.kinds import Data, EventKind
from apps.core.wording import listed

# The states of a flag (`everyone`) and of a switch (`active`), as events store them.
_STATES = {
    ("everyone", "True"): "turned {} on for everyone",
    ("everyone", "False"): "turned {} off for everyone",
    ("everyone", None): "set {} to use its targets",
    ("active", "True"): "turned {} on",
    ("active", "False"): "turned {} off",
}
_WORDS = {
    "users": "people",
    "groups": "staff roles",
    "authenticated": "signed in",
    "percent": "percentage",
    "percent_by": "share",
    "denied_users": "denied people",
    "denied_groups": "denied staff roles",
    "denied_organizations": "denied organizations",
}


def _flag_flip(data: Data) -> str:
    # The data has no name if the flag is already named before the sentence.
    flag = data.get("name", "it")
    if changes := data.get("changes"):
        # Their old and new values are in the change beside it.
        return f"changed {_own(flag)} {listed(_WORDS.get(field, field) for field in changes)}"
    field, after = data.get("field"), data.get("after")
    if field == "percent":
        was = f" (was {data['before']}%)" if data.get("before") else ""
        return f"set {flag} to {after or 0}%{was}"
    return _STATES.get((str(field), after), "").format(flag)


def _own(flag: str) -> str:
    return "its" if flag == "it" else f"{flag}'s"


def _flag_planned(data: Data) -> str:
    flag = data.get("name", "it")
    if data.get("canceled"):
        return f"canceled the planned changes of {flag}"
    return f"planned for {flag}: {', then '.join(data.get('changes', []))}"


FLAG_PLANNED = EventKind(
    "flag_planned", "Planned changes of a flag", icon="event_upcoming", sentence=_flag_planned
)
FLAG_FLIP = EventKind("flag_flip", "Changed a flag", icon="toggle_on", sentence=_flag_flip)
