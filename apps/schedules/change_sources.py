"""What the audit log says of changes that a scheduled task makes."""

from apps.audit.origins import RunKind

TASK_RUN = RunKind("task", "task run")
