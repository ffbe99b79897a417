"""The nightly proof."""

from apps.audit.proof.verify import trail_verify
from apps.core.schedulable import schedulable


@schedulable(
    label="Verify the audit trail",
    description="Proves that no history is missing or changed, and seals what is new.",
)
def verify_trail() -> str:
    verdict = trail_verify()
    if verdict.whole:
        return f"The trail is whole: {verdict.rows:,} rows. {verdict.note}".strip()
    first = verdict.problems[0]
    raise RuntimeError(
        f"The trail is not whole: {len(verdict.problems)} problems, the first in {first.table}: "
        f"{first.message}. Run manage.py verify_audit."
    )
