"""Background work on invitations."""

from apps.core.schedulable import schedulable
from apps.core.wording import plural
from apps.organizations.services.invitations import (
    invitations_expire,
    invitations_queue_unsent,
)


@schedulable(
    label="Expire invitations",
    is_idempotent=True,
    description="Marks pending invitations as expired when their time is up.",
)
def expire_invitations() -> str:
    return f"{plural(invitations_expire(), 'invitation')} expired."


@schedulable(
    label="Send waiting invitations",
    is_idempotent=True,
    description="Queues the e-mails of invitations that have none.",
)
def send_waiting_invitations() -> str:
    return f"{plural(invitations_queue_unsent(), 'invitation')} queued."
