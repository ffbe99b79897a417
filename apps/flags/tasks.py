"""The scheduled tasks of flags."""

from django.utils import timezone

from apps.core.schedulable import current_due_at, schedulable
from apps.core.wording import plural
from apps.flags.plans.carrying_out import planned_changes_carry_out
from apps.flags.stale_mails import stale_mails_queue


@schedulable(
    label="Carry out planned changes",
    is_idempotent=True,
    runs_read_only=True,
    description="Makes flags and switches what was planned for now, and cancels plans that somebody changed by hand.",
)
def carry_out_planned_changes() -> str:
    done, ended = planned_changes_carry_out()
    if not done and not ended:
        return "No change was due."
    return f"{plural(done, 'change')} carried out, {plural(ended, 'plan')} canceled."


@schedulable(
    label="Mail stale flags",
    is_idempotent=True,
    description="Tells the owners of stale flags and switches about them, each person at most once a week.",
)
def mail_stale_flags() -> str:
    stale, people = stale_mails_queue(current_due_at.get() or timezone.now())
    if not stale:
        return "No flag is stale."
    return f"{plural(stale, 'flag')} stale; {plural(people, 'person', 'people')} told."
