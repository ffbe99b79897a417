"""What can be done to many invitations, memberships, and organizations at once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.bulk.actions import BulkAction, Skip, Values
from apps.bulk.set_field import SetField
from apps.core.actors import Actor, require
from apps.core.wording import plural
from apps.organizations.locks import organizations_lock
from apps.organizations.models import Invitation, Membership, Organization, Role
from apps.organizations.services.invitations import LIFETIME, invitations_send_again
from apps.organizations.services.organizations import organizations_give_to

CHANGE_INVITATION = "organizations.change_invitation"
_State = Invitation.State


class _OnInvitations(BulkAction):
    model = "organizations.Invitation"
    permission = CHANGE_INVITATION
    changes = ("state",)

    def lock(self, keys: Sequence[UUID]) -> None:
        organizations_lock(Organization.all_objects.filter(invitations__in=keys))


class ResendInvitations(_OnInvitations):
    code = "organizations.resend"
    label, done = "Send again", "sent again"
    reason = "optional"
    explanation = "Sends a new link that is valid for the full time. The old link stops working."
    is_undoable = False
    why_not_undoable = "E-mails can't be taken back. To stop the links, revoke the invitations."

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        yield Skip(Q(state=_State.ACCEPTED), "Already accepted.")
        yield Skip(Q(state=_State.REVOKED), "Revoked, so it can't be sent again.")
        member = Membership.objects.filter(
            organization=OuterRef("organization"), user__email=OuterRef("email")
        )
        yield Skip(Exists(member), "The person is already a member of the organization.")
        newer = Invitation.objects.filter(
            organization=OuterRef("organization"), email=OuterRef("email"), state=_State.PENDING
        )
        yield Skip(
            Q(state=_State.EXPIRED) & Q(Exists(newer)),
            "A newer invitation to this address is waiting.",
        )

    def after(self, values: Values) -> dict[str, Any]:
        return {"state": _State.PENDING}

    def apply(self, records: QuerySet[Any], values: Values, *, actor: Actor, reason: str) -> None:
        invitations_send_again(records)

    def mailed(self, number: int) -> str:
        return f"{plural(number, 'address', 'addresses')} {'gets' if number == 1 else 'get'} an e-mail."


class RevokeInvitations(_OnInvitations):
    code = "organizations.revoke"
    label, done = "Revoke", "revoked"
    explanation = "The link stops working."

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        for state in (_State.ACCEPTED, _State.REVOKED, _State.EXPIRED):
            yield Skip(
                Q(state=state), f"It is {state.label.lower()}; only a pending one can be revoked."
            )

    def after(self, values: Values) -> dict[str, Any]:
        return {"state": _State.REVOKED}


class ExtendInvitations(_OnInvitations):
    """The link that was mailed stays the same, and works longer."""

    code = "organizations.extend"
    label, done = "Extend", "extended"
    explanation = "The link that was sent works for the full time again. No e-mail is sent."
    changes = ("expires_at",)

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        for state in (_State.ACCEPTED, _State.REVOKED, _State.EXPIRED):
            yield Skip(
                Q(state=state), f"It is {state.label.lower()}; only a pending one can be extended."
            )

    def after(self, values: Values) -> dict[str, Any]:
        return {"expires_at": timezone.now() + LIFETIME}


class SetOrganizationStatus(SetField):
    code = "organizations.set_status"
    model = "organizations.Organization"
    permission = "organizations.change_organization"
    label = "Set status"
    field = "status"


class SetRole(BulkAction):
    """An organization keeps an owner: the database refuses the last one's, and the record is listed."""

    code = "organizations.set_role"
    model = "organizations.Membership"
    permission = "organizations.change_membership"
    label, done = "Set role", "changed"
    changes = ("role",)

    def lock(self, keys: Sequence[UUID]) -> None:
        organizations_lock(Organization.all_objects.filter(memberships__in=keys))

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        if "role" not in values:
            return
        yield Skip(Q(role=values["role"]), "Has this role already.")
        if values["role"] != Role.OWNER:
            answering = Organization.objects.filter(
                pk=OuterRef("organization"), owner=OuterRef("user")
            )
            yield Skip(
                Exists(answering), "Is the owner of the organization. Choose another owner first."
            )

    def after(self, values: Values) -> dict[str, Any]:
        return {"role": values["role"]}


class SetOwner(BulkAction):
    """The new owner gets an owner's membership in each organization; the previous one keeps theirs."""

    code = "organizations.set_owner"
    model = "organizations.Organization"
    permission = "organizations.change_organization"
    label, done = "Set owner", "changed"
    explanation = (
        "The new owner becomes a member with the role owner. The previous owner keeps their role; "
        "an undo keeps the new membership, too."
    )
    changes = ("owner",)

    def refuse(self, actor: Actor) -> None:
        require(actor, "organizations.change_membership")

    def lock(self, keys: Sequence[UUID]) -> None:
        organizations_lock(Organization.all_objects.filter(pk__in=keys))

    def skips(self, actor: Actor, values: Values) -> Iterable[Skip]:
        if "owner" in values:
            yield Skip(Q(owner=values["owner"].pk), "Has this owner already.")

    def after(self, values: Values) -> dict[str, Any]:
        return {"owner": values["owner"]}

    def apply(self, records: QuerySet[Any], values: Values, *, actor: Actor, reason: str) -> None:
        organizations_give_to(records, values["owner"], actor=actor)


RESEND, REVOKE, EXTEND = ResendInvitations(), RevokeInvitations(), ExtendInvitations()
SET_ORGANIZATION_STATUS = SetOrganizationStatus()
SET_ROLE, SET_OWNER = SetRole(), SetOwner()
