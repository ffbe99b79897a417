"""The tables of the audit log that belong to no one model: change sets, events, proofs."""

from apps.audit.models.change_set import CHANGE_SET_GROUPS, ChangeSet
from apps.audit.models.event import EVENT_GROUPS, Event
from apps.audit.models.proof import (
    ColumnSet,
    Redaction,
    Removal,
    Seal,
    SealBlock,
    Verification,
)

__all__ = [
    "CHANGE_SET_GROUPS",
    "EVENT_GROUPS",
    "ChangeSet",
    "ColumnSet",
    "Event",
    "Redaction",
    "Removal",
    "Seal",
    "SealBlock",
    "Verification",
]
