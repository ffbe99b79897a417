"""Changing a colleague's sign-in address, which gives access to the account."""

from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, Line
from apps.accounts.approvable.registry import Approvable, Arguments
from apps.accounts.authority import COLLEAGUES, account_obstacle, colleagues
from apps.accounts.email_changes.services import APPROVAL, PERMISSION, email_change_request
from apps.accounts.models import User
from apps.core.actors import PermissionHolder
from apps.core.scope import sees_everything


class ChangeEmail(Approvable):
    """`{"user": id, "email": address}`: the reader of that address's mail can then use the account."""

    kind = APPROVAL
    label = "Change the e-mail address of a colleague"
    word = "roles"
    # The approver must read the address to judge whether it is the colleague's.
    permissions = (PERMISSION, COLLEAGUES, "accounts.view_personal_data")

    def will_need_approval(self, records: QuerySet, count: int) -> bool:
        keys = records.order_by().values("pk")
        return self.is_required_for({}, 1) and colleagues().filter(pk__in=keys).exists()

    def why(self) -> str:
        return "it is how a colleague signs in"

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        return sees_everything(user)

    def obstacle(self, user: PermissionHolder, arguments: Arguments) -> str:
        if "user" not in arguments:
            return ""
        return account_obstacle(actor=user, person=User.objects.get(pk=arguments["user"]))

    def beneficiaries(self, arguments: Arguments) -> list[UUID]:
        return [UUID(arguments["user"])] if "user" in arguments else []

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [("The person", User.objects.filter(pk=arguments["user"]))]

    def preview(self, arguments: Arguments) -> ActionPreview:
        user = User.objects.get(pk=arguments["user"])
        return ActionPreview(
            sentence=f"Change the e-mail address of {user}",
            lines=[
                Line(
                    str(user),
                    reverse("admin:accounts_user_change", args=[user.pk]),
                    [["e-mail", user.email, arguments["email"]]],
                )
            ],
            total=1,
            consequences=[
                "Anyone with access to the new mailbox can then sign in as this person.",
                "It takes effect when the new address confirms it.",
            ],
            parts=self.parts(arguments),
        )

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        user = User.objects.get(pk=arguments["user"])
        email_change_request(user=user, email=arguments["email"], actor=actor, reason=reason)
        return f"A confirmation link was sent to the new address of {user}."
