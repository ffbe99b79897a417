"""The colors of what became of a run."""

from apps.core.admin.display import BAD, BUSY, GOOD, QUIET, WAITING

STATE_COLORS = {
    "waiting": WAITING,
    "running": BUSY,
    "succeeded": GOOD,
    "failed": BAD,
    "lost": BAD,
    "refused": BAD,
    "canceled": QUIET,
    "skipped": QUIET,
    "missed": WAITING,
}
