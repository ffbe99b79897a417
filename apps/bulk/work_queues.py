"""The queue that the message of a bulk action goes to."""

from apps.bulk.models import BulkRun

INTERACTIVE, BULK = "interactive", "bulk"
MANY = 10_000


def queue_for(run: BulkRun) -> str:
    """Return the queue: a plan is made while a person waits, and a large change takes minutes."""
    if run.state == BulkRun.State.PLANNING:
        return INTERACTIVE
    return BULK if run.rows_to_do > MANY else INTERACTIVE
