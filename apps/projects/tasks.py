"""The scheduled tasks of projects."""

from apps.core.schedulable import schedulable
from apps.projects.weeks import close_last_week


@schedulable(
    label="Close the week",
    is_idempotent=True,
    queue="bulk",
    description="Stores last week's numbers of members and projects, which then never change.",
)
def close_week() -> str:
    return "Last week is closed." if close_last_week() else "Last week is not over yet."
