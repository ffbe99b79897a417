"""Personal data in organizations: memberships, and invitations to a person's addresses."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q, QuerySet

from apps.accounts.anonymization.person import Person
from apps.accounts.anonymization.registry import ERASURE_HANDLERS, ErasureHandler
from apps.accounts.models.user import REMOVED_DOMAIN
from apps.audit.redaction import redact_labels, redact_records, redacting
from apps.core.wording import counted, names
from apps.holds.selectors import holding
from apps.organizations.models import Invitation, Membership, Organization, Role


def _invitations(person: Person) -> Any:
    history: Any = Invitation.history
    addressed = history.filter(email__in=person.words).values("id")
    return Q(email__in=person.words) | Q(pk__in=addressed) | Q(accepted_by=person.user)


def _obstacles(person: Person) -> Iterator[str]:
    owned = Organization.all_objects.filter(owner=person.user)
    if owned.exists():
        yield f"{person.user} is responsible for {names(owned)}. Choose another owner first."
    memberships = Membership._base_manager.filter(user=person.user, role=Role.OWNER)
    others = Membership._base_manager.filter(role=Role.OWNER).exclude(user=person.user)
    alone = Organization.all_objects.filter(pk__in=memberships.values("organization")).exclude(
        pk__in=others.values("organization")
    )
    if alone.exists():
        yield (
            f"{person.user} is the only owner of {names(alone)}. Make somebody else an owner first."
        )
    own = Membership._base_manager.filter(user=person.user)
    invited = Invitation._base_manager.filter(_invitations(person))
    held = Organization.all_objects.filter(
        Q(pk__in=own.filter(holding(Membership)).values("organization"))
        | Q(pk__in=invited.filter(holding(Invitation)).values("organization"))
    )
    if held.exists():
        yield (
            f"What {names(held)} holds of {person.user} is under legal hold. It can be removed once "
            "the hold is lifted."
        )


def _preview(person: Person) -> Iterator[str]:
    memberships = Membership._base_manager.filter(user=person.user).count()
    if memberships:
        yield f"{memberships:,} membership{'' if memberships == 1 else 's'} removed."
    invited = Invitation.all_objects.filter(_invitations(person)).count()
    if invited:
        yield f"{counted(invited, Invitation)} lose the address. Pending ones are revoked."


def _erase(person: Person) -> dict[str, int]:
    memberships = Membership._base_manager.filter(user=person.user)
    taken = memberships.count()
    memberships.delete()
    history: Any = Invitation.history
    deleted = history.filter(email__in=person.words).values_list("id", flat=True)
    found = list(Invitation.all_objects.select_for_update().filter(_invitations(person)))
    for invitation in found:
        invitation.email = f"removed-{invitation.pk.hex}@{REMOVED_DOMAIN}"
        if invitation.state == Invitation.State.PENDING:
            invitation.state = Invitation.State.REVOKED
        invitation.save(update_fields=["email", "state"])
    keys = {*deleted, *(invitation.pk for invitation in found)}
    with redacting(person=person.user.pk, reason=person.reason):
        redact_records(Invitation, keys)
        redact_labels(Invitation, keys)
        redact_labels(Membership, _records(person)[Membership])
    return {"memberships": taken, "invitations": len(found)}


def _records(person: Person) -> dict[type[Model], list[Any]]:
    memberships: Any = Membership.history
    invitations: Any = Invitation.all_objects
    return {
        Membership: _keys(memberships.filter(user_id=person.user.pk).values_list("id", flat=True)),
        Invitation: _keys(invitations.filter(_invitations(person)).values_list("pk", flat=True)),
    }


def _keys(found: QuerySet) -> list[Any]:
    return list(found.order_by().distinct())


ERASURE_HANDLERS.add(
    ErasureHandler(
        "organizations", erase=_erase, preview=_preview, obstacles=_obstacles, records=_records
    )
)
