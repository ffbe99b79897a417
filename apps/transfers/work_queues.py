"""The queue that the messages of a job go to."""

from apps.core.jobs import Job
from apps.transfers.models import ExportRun, UndoRun

INTERACTIVE, BULK = "interactive", "bulk"
MANY_ROWS = 10_000


def queue_for(job: Job) -> str:
    """Return the queue of a job: a person who brings fifty rows does not wait behind a million.

    Of an import that is still to be read, the number of rows is not known; reading takes seconds.
    """
    if isinstance(job, ExportRun):
        return BULK
    rows = job.rows_to_do if isinstance(job, UndoRun) else getattr(job, "rows", 0)
    return BULK if rows > MANY_ROWS else INTERACTIVE
