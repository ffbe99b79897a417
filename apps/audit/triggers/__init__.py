"""The triggers behind `History`: PostgreSQL writes one history row per changed record.

They are statement triggers with transition tables: the history costs one set-based INSERT per
statement, whatever wrote. Everything is generated from the model's fields when `makemigrations`
runs, so a new field is included automatically.
"""

from apps.audit.triggers.audit_log import AppendOnly, FillEvent, RecordRemoval, RefuseChange
from apps.audit.triggers.history import (
    HistoryDelete,
    HistoryInsert,
    HistoryUpdate,
    RefuseNewKey,
    RefuseTruncate,
)
from apps.audit.triggers.redaction import BLANKS, REMOVED, RecordRedaction
from apps.audit.triggers.sql import (
    AuditTrigger,
    AuditTriggerSql,
    PlainTextSql,
    group_digest,
    tracked_columns,
)

__all__ = [
    "BLANKS",
    "REMOVED",
    "AppendOnly",
    "AuditTrigger",
    "AuditTriggerSql",
    "FillEvent",
    "HistoryDelete",
    "HistoryInsert",
    "HistoryUpdate",
    "PlainTextSql",
    "RecordRedaction",
    "RecordRemoval",
    "RefuseChange",
    "RefuseNewKey",
    "RefuseTruncate",
    "group_digest",
    "tracked_columns",
]
