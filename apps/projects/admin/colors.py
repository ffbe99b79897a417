"""Colors of the states of projects and tasks."""

from apps.core.admin.display import BUSY, GOOD, QUIET, WAITING

PROJECT_COLORS = {"draft": WAITING, "active": GOOD, "archived": QUIET}
TASK_COLORS = {"todo": QUIET, "in_progress": BUSY, "done": GOOD}
