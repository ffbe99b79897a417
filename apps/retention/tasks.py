"""The nightly retention of the trash."""

from datetime import timedelta

from django.conf import settings

from apps.core.schedulable import schedulable
from apps.core.wording import counted, listed, plural
from apps.retention.services import trash_announce, trash_empty


@schedulable(
    label="Empty the trash",
    is_idempotent=True,
    queue="bulk",
    time_limit=timedelta(hours=4),
    description=(
        "Deletes for good what was in the trash for TRASH_DAYS days "
        f"({settings.TRASH_DAYS}), except what is under legal hold. TRASH_NOTICE_DAYS days "
        f"({settings.TRASH_NOTICE_DAYS}) before, it e-mails the people who moved it there."
    ),
)
def empty_trash() -> str:
    if not settings.TRASH_DAYS:
        return "The trash keeps everything, as TRASH_DAYS is 0."
    told = trash_announce()
    gone = listed(counted(number, model) for model, number in trash_empty().items() if number)
    return f"{gone or 'Nothing'} deleted for good, {plural(told, 'person', 'people')} told."
