"""The nightly verification."""

from apps.audit.proof.verify import audit_log_verify
from apps.core.schedulable import schedulable


@schedulable(
    label="Verify the audit log",
    is_idempotent=True,
    queue="bulk",
    description="Verifies that no history is missing or changed, and seals new rows.",
)
def verify_audit_log() -> str:
    verdict = audit_log_verify()
    if verdict.whole:
        return f"The audit log is complete: {verdict.rows:,} rows. {verdict.note}".strip()
    first = verdict.problems[0]
    raise RuntimeError(
        f"The audit log isn't complete: {len(verdict.problems)} problems, the first in "
        f"{first.table}: "
        f"{first.message}. Run manage.py verify_audit."
    )
