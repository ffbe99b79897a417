"""Background work on invitations."""

from uuid import UUID

from celery import shared_task

from apps.core.schedulable import schedulable
from apps.organizations.models import Invitation
from apps.organizations.services.invitations import invitation_send, invitations_expire

MOST_AT_ONCE = 500


@shared_task(ignore_result=True)
def send_invitation(invitation_id: str) -> None:
    """Send one invitation unless it is sent, answered or out of time."""
    invitation_send(invitation_id=UUID(invitation_id))


@schedulable(
    label="Expire invitations",
    description="Marks pending invitations whose time is over as expired.",
)
def expire_invitations() -> str:
    return f"{invitations_expire():,} invitations expired"


@schedulable(
    label="Send waiting invitations",
    description="Sends invitations whose first message to the worker was lost.",
)
def send_waiting_invitations() -> str:
    sent = failed = 0
    waiting = Invitation.objects.unsent().order_by("created_at").values_list("pk", flat=True)
    for key in waiting[:MOST_AT_ONCE]:
        try:
            sent += invitation_send(invitation_id=key)
        except OSError:
            # The mail server is away; the others may be for another one, the next sweep tries again.
            failed += 1
    return f"{sent:,} invitations sent, {failed:,} could not be"
