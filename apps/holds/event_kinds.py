"""Events of legal holds, told on the timeline of the held record."""

from apps.audit.kinds import EventKind

HOLD_SET = EventKind(
    "legal_hold_set",
    "Set a legal hold",
    icon="gavel",
    sentence=lambda data: "put it under legal hold",
)
HOLD_LIFTED = EventKind(
    "legal_hold_lifted",
    "Lifted a legal hold",
    icon="gavel",
    sentence=lambda data: "lifted the legal hold",
)
