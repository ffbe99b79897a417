"""Background work on people."""

from apps.accounts.impersonation.services import impersonations_expire
from apps.core.schedulable import schedulable


@schedulable(
    label="End impersonations",
    description="Ends those whose time is up and whose browser has not come back.",
)
def end_impersonations() -> str:
    return f"{impersonations_expire():,} impersonations ended"
