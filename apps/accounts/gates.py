"""The feature gate of impersonation."""

from apps.core.gates import Gate

IMPERSONATION = Gate(
    name="impersonation",
    label="Acting as somebody else",
    description="Lets staff who may do so act as another person, with a reason and for a limited time.",
    owner="Operations",
    # A switch, not a flag: while one person acts as another, a flag could mean either.
    by="switch",
    default=True,
    kind="operations",
    off_headline="Acting as somebody else is switched off",
    permission="accounts.impersonate_user",
)
