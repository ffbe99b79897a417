"""How two people are merged: the second account is deactivated, and what is the person's own goes to the first."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from apps.accounts.approvals.backend import MERGE
from apps.accounts.authority import account_obstacle, is_colleague, rights_lock
from apps.accounts.deactivation import accounts_close
from apps.accounts.models import ApprovalRequest, User
from apps.accounts.models.user import REMOVED
from apps.accounts.services import ANYWHERE
from apps.bulk.merge_rules import (
    KEEP,
    MERGE_RELATIONS,
    MERGES,
    REFUSE,
    Keys,
    MergeKind,
    Relation,
    Work,
)
from apps.core.actors import Actor
from apps.core.scope import refuse_limited

PERSON = "accounts.User"
DONE_BY = "What the person did stays under the account that did it."
_OWN = "It belongs to the old account, which nobody can sign in to any more."
_STAFF = "The account that is given up has a staff role. Remove the roles first."


class MergePeople(MergeKind[User]):
    model = PERSON
    permission = "accounts.merge_user"
    fields = ("first_name", "last_name", "phone", "avatar")
    told = (
        "The second account is deactivated and keeps its e-mail address, so nobody can sign in with it "
        "any more, and an import with that address is refused."
    )

    def refuse(self, actor: Actor) -> None:
        refuse_limited(actor, ANYWHERE)

    def lock(self, keys: Iterable[Any]) -> None:
        rights_lock()

    def obstacles(self, kept: User, dropped: User, actor: Actor) -> Iterator[str]:
        for person in (kept, dropped):
            if person.is_removed:
                yield REMOVED
            elif obstacle := account_obstacle(actor=actor, person=person):
                yield obstacle
            elif isinstance(actor, User) and actor.pk == person.pk:
                yield "You can't merge your own account. Ask a colleague."
        if kept.status != User.Status.ACTIVE:
            yield f"{kept} is deactivated. Reactivate that account first, or keep the other one."
        if is_colleague(dropped):
            yield _STAFF
        if _pending_requests(dropped).exists():
            yield f"An open request names {dropped}. Decide on it first."

    def drop(self, work: Work, *, actor: Actor, reason: str) -> None:
        people = User.objects.filter(pk=work.dropped.pk, status=User.Status.ACTIVE)
        if work.change(people, status=User.Status.DEACTIVATED):
            accounts_close(User.objects.filter(pk=work.dropped.pk), actor=actor, reason=reason)

    def revive_obstacles(self, merge: Keys) -> Iterator[str]:
        if User.objects.get(pk=merge.dropped).is_removed:
            yield REMOVED


def _pending_requests(person: User) -> Any:
    # The request for this very merge is no obstacle to it.
    stored = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING)
    return (
        stored.exclude(kind=MERGE)
        .annotate(said=Cast("arguments", TextField()))
        .filter(Q(requester=person) | Q(said__contains=str(person.pk)))
    )


def kept_relations(to: str, told: str, *sources: str) -> list[Relation]:
    """Return relations whose rows stay, all for the same reason."""
    return [Relation(to, source, KEEP, told) for source in sources]


MERGES.add(MergePeople())
MERGE_RELATIONS.add(
    *kept_relations(
        PERSON,
        _OWN,
        "account.EmailAddress.user",
        "accounts.EmailChange.user",
        "mfa.Authenticator.user",
        "socialaccount.SocialAccount.user",
        "usersessions.UserSession.user",
    ),
    *kept_relations(
        PERSON,
        DONE_BY,
        "accounts.ApprovalRequest.decided_by",
        "accounts.ApprovalRequest.real_requester",
        "accounts.ApprovalRequest.requester",
        "accounts.Disclosure.real_user",
        "accounts.Disclosure.user",
        "accounts.EmailChange.requested_by",
        "accounts.Impersonation.impersonator",
        "accounts.Impersonation.target",
        "admin.LogEntry.user",
        "bulk.BulkRun.real_user",
        "bulk.BulkRun.undo_real_user",
        "bulk.BulkRun.undo_user",
        "bulk.BulkRun.user",
        "bulk.Merge.real_user",
        "bulk.Merge.undo_real_user",
        "bulk.Merge.undo_user",
        "bulk.Merge.user",
        "holds.LegalHold.lifted_by",
        "holds.LegalHold.set_by",
    ),
    Relation(PERSON, "accounts.User_groups.user", REFUSE, _STAFF),
    Relation(PERSON, "accounts.User_user_permissions.user", REFUSE, _STAFF),
)
