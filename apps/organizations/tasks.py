"""Background work on invitations."""

from apps.core.schedulable import schedulable
from apps.organizations.models import Invitation
from apps.organizations.services.invitations import invitation_send, invitations_expire

MOST_AT_ONCE = 500


@schedulable(
    label="Expire invitations",
    is_idempotent=True,
    description="Marks pending invitations as expired when their time is up.",
)
def expire_invitations() -> str:
    return f"{invitations_expire():,} invitations expired"


@schedulable(
    label="Send waiting invitations",
    is_idempotent=True,
    queue="mail",
    description="Sends invitations that weren't sent the first time.",
)
def send_waiting_invitations() -> str:
    waiting = Invitation.objects.unsent().order_by("created_at").values_list("pk", flat=True)
    keys = list(waiting[:MOST_AT_ONCE])
    sent = sum(invitation_send(invitation_id=key) for key in keys)
    return f"{sent:,} invitations sent, {len(keys) - sent:,} failed"
