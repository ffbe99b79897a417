"""Events of the back office as a whole."""

from apps.audit.kinds import EventKind

ACCESS_CONFIRMED = EventKind(
    "access_confirmed",
    "Confirmed access",
    icon="verified_user",
    sentence=lambda data: "confirmed that the role and scope are still right",
)
