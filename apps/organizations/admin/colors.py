"""Colors of the states of organizations, memberships, and invitations."""

from apps.core.admin.display import BAD, BUSY, GOOD, MAIN, QUIET, WAITING

STATUS_COLORS = {"active": GOOD, "suspended": BAD, "closed": QUIET}
ROLE_COLORS = {"owner": MAIN, "admin": BUSY, "member": QUIET, "viewer": QUIET}
INVITATION_COLORS = {"pending": WAITING, "accepted": GOOD, "revoked": QUIET, "expired": BAD}
