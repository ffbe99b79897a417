"""What can be done to many people at once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.authority import rights_lock
from apps.accounts.deactivation import accounts_close
from apps.accounts.models import User
from apps.accounts.models.user import REMOVED, REMOVED_DOMAIN
from apps.accounts.services import ANYWHERE, CHANGE, user_deactivation_warnings
from apps.bulk.actions import BulkAction, Skip, Values
from apps.core.actors import Actor
from apps.core.scope import refuse_limited

# Warnings are looked up for each person, so only for the first ones.
_WARNED = 20
_REMOVED = Skip(Q(email__endswith=f"@{REMOVED_DOMAIN}"), REMOVED)


class _OnPeople(BulkAction):
    model = "accounts.User"
    permission = CHANGE
    changes = ("status",)

    def refuse(self, actor: Actor) -> None:
        refuse_limited(actor, ANYWHERE)

    def lock(self, keys: Sequence[UUID]) -> None:
        rights_lock()


class DeactivatePeople(_OnPeople):
    code = "accounts.deactivate"
    label, done = "Deactivate", "deactivated"

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        yield _REMOVED
        yield Skip(Q(status=User.Status.DEACTIVATED), "Already deactivated.")
        if isinstance(actor, User):
            yield Skip(Q(pk=actor.pk), "You can't deactivate your own account. Ask a colleague.")

    def after(self, values: Values) -> dict[str, Any]:
        return {"status": User.Status.DEACTIVATED}

    def apply(self, records: QuerySet[Any], values: Values, *, actor: Actor, reason: str) -> None:
        accounts_close(records, actor=actor, reason=reason)

    def consequences(self, records: QuerySet[Any], actor: Actor) -> Iterable[str]:
        yield "They can no longer sign in. Open sessions end at the next request."
        for person in records[:_WARNED]:
            yield from user_deactivation_warnings(person, actor)


class ReactivatePeople(_OnPeople):
    code = "accounts.reactivate"
    label, done = "Reactivate", "reactivated"
    explanation = "They get back the memberships and roles that they had."

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        yield _REMOVED
        yield Skip(Q(status=User.Status.ACTIVE), "Already active.")

    def after(self, values: Values) -> dict[str, Any]:
        return {"status": User.Status.ACTIVE}


class VerifyPeople(BulkAction):
    """Says that people have confirmed their addresses in another way."""

    code = "accounts.verify"
    model = "accounts.User"
    permission = CHANGE
    label, done = "Mark as verified", "marked as verified"
    explanation = "Says that they have confirmed their e-mail addresses, for example on paper."
    changes = ("is_verified",)

    def lock(self, keys: Sequence[UUID]) -> None:
        rights_lock()

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        yield _REMOVED
        yield Skip(Q(is_verified=True), "Already verified.")

    def after(self, values: Values) -> dict[str, Any]:
        return {"is_verified": True}


VERIFY = VerifyPeople()
DEACTIVATE, REACTIVATE = DeactivatePeople(), ReactivatePeople()
