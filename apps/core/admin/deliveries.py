"""What every list of e-mails has: colors of states, and what a person decides about a mail."""

from typing import Any

from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.core.admin.display import BAD, BUSY, GOOD, QUIET, WAITING, moment, moment_column, phrase
from apps.core.admin.display import label as colored
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.read_only import ReadOnlyAdmin
from apps.core.personal import readable, reveal

COLORS = {
    "waiting": WAITING,
    "sending": BUSY,
    "sent": GOOD,
    "retrying": WAITING,
    "refused": BAD,
    "uncertain": BAD,
}
AGAIN = "Sends the e-mail once more. If it was delivered after all, the person gets it twice."
LEAVE = "Nothing is sent. The mail leaves the list of what waits for a decision."


class DeliveryAdmin(ReadOnlyAdmin):
    """The page of queued mails. A subclass adds the actions, each with its permission."""

    list_filter = [("state", ChoicesDropdownFilter), ("created_at", DayRangeFilter)]
    sortable_by: list[str] = []
    ordering = ["-id"]
    actions = ["send_again", "leave"]
    actions_row = actions_detail = ["send_again", "leave"]

    created_moment = moment_column("created_at", description="queued")
    sent_moment = moment_column("sent_at")

    @display(description="state", ordering="state")
    def state_label(self, delivery: Any) -> SafeString:
        if delivery.decided_at and delivery.state in delivery.TROUBLED:
            return colored(f"{delivery.get_state_display()}, left", QUIET)
        return colored(delivery.get_state_display(), COLORS[delivery.state])

    @display(description="next try")
    def next_moment(self, delivery: Any) -> SafeString | str:
        """One that ended, or is being sent, has none."""
        return moment(delivery.next_try_at if delivery.state in delivery.DUE else None)

    @display(description="e-mail")
    def address(self, delivery: Any) -> str:
        return reveal(delivery.email, key=delivery.pk)

    @display(description="what happened")
    def error_shown(self, delivery: Any) -> SafeString | str:
        # A mail server often repeats the address.
        return phrase(readable(delivery.error))


def can_be_sent_again(delivery: Any) -> bool:
    return delivery.state not in delivery.OPEN


def can_be_left(delivery: Any) -> bool:
    return delivery.state in delivery.TROUBLED and delivery.decided_at is None


def done(count: int, word: str) -> str:
    return f"{count:,} {'mail' if count == 1 else 'mails'} {word}."
