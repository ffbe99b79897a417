"""The feature gate of impersonation."""

from apps.core.gates import Gate

IMPERSONATION = Gate(
    name="impersonation",
    label="Acting as somebody else",
    description="Lets staff who may do so act as another person, with a reason and for a limited time.",
    owner="Operations",
    # For everyone or nobody: while somebody acts as a person, it would be unclear whom a flag means.
    by="switch",
    default=True,
    kind="operations",
    off_headline="Acting as somebody else is switched off",
    permission="accounts.impersonate_user",
)
