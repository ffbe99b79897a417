"""Background tasks of the API."""

from apps.api.idempotency import idempotent_requests_prune
from apps.core.schedulable import schedulable
from apps.core.wording import plural


@schedulable(
    label="Clean up idempotency keys",
    description="Deletes the keys of writes of the API that are older than a day.",
    is_idempotent=True,
)
def prune_idempotent_requests() -> str:
    return f"{plural(idempotent_requests_prune(), 'key')} deleted."
