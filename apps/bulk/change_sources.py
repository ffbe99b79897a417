"""What the audit log says of changes that a bulk action or its undo makes."""

from apps.audit.origins import ChangeSource, RunKind

BULK = ChangeSource("bulk_action", "Bulk action", icon="checklist")
BULK_UNDO = ChangeSource("bulk_action_undo", "Undo of a bulk action", icon="undo", takes_back=True)
# An undo names the run that it takes back.
BULK_RUN = RunKind("bulk_action", "bulk action")
MERGE = ChangeSource("merge", "Merge", icon="merge")
MERGE_UNDO = ChangeSource("merge_undo", "Undo of a merge", icon="undo", takes_back=True)
MERGE_RUN = RunKind("merge", "merge")
