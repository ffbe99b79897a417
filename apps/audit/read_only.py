"""The audit tables that stay writable in read-only mode."""

from apps.audit.history import audited
from apps.audit.models import ChangeSet, Event, Seal, SealBlock, Verification
from apps.core.read_only import stays_writable

stays_writable(
    *{each.history_model for each in audited},
    because="Only triggers of other tables write a history, and these are guarded.",
)
stays_writable(
    *(ChangeSet, Event),
    because="Sign-ins, refusals, and turning the mode off are recorded.",
)
stays_writable(
    *(Seal, SealBlock, Verification),
    because="Sealing and proving the history changes no record.",
)
