"""What a person decides about an e-mail: to send it again, or to leave it at that.

The callers check the permission, and record the decision.
"""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from apps.core.deliveries import Delivery
from apps.core.errors import DomainError


@transaction.atomic
def delivery_requeue[Row: Delivery](delivery: Row) -> str:
    """Queue an e-mail again, with its attempts and its two days counted from now; return the state
    that it was in.

    Raises `DomainError` while the e-mail is still on its way: somebody else may have decided.
    """
    locked = _locked(delivery)
    if locked.state in Delivery.OPEN:
        raise DomainError("It is already queued. Wait until it was sent or refused.")
    _rows(delivery).filter(pk=locked.pk).update(
        state=Delivery.State.WAITING,
        error="",
        attempts=0,
        next_try_at=Now(),
        queued_at=Now(),
        claimed_by="",
        lease_until=None,
        given_at=None,
        decided_at=None,
    )
    return str(locked.state)


@transaction.atomic
def delivery_leave[Row: Delivery](delivery: Row) -> str:
    """Leave an uncertain or refused e-mail as it is; return its state, or "" if somebody already has.

    Raises `DomainError` for an e-mail that needs no decision.
    """
    locked = _locked(delivery)
    if locked.state not in Delivery.TROUBLED:
        raise DomainError(
            f"It is {locked.get_state_display().lower()}, so there is nothing to leave."
        )
    if locked.decided_at is not None:
        return ""
    _rows(delivery).filter(pk=locked.pk).update(decided_at=Now())
    return str(locked.state)


def _locked[Row: Delivery](delivery: Row) -> Row:
    row: Row = _rows(delivery).select_for_update(of=("self",)).get(pk=delivery.pk)
    return row


def _rows(delivery: Delivery) -> Any:
    return type(delivery)._default_manager
