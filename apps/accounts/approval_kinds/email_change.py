"""Changing a colleague's sign-in address, which gives access to the account."""

from django.db.models import QuerySet

from apps.accounts.approvable.preview import ActionPreview
from apps.accounts.approvable.registry import Arguments
from apps.accounts.approval_kinds.person import OnPerson, line_about, person_of
from apps.accounts.authority import COLLEAGUES, colleagues
from apps.accounts.email_changes.services import APPROVAL, PERMISSION, email_change_request
from apps.core.actors import PermissionHolder
from apps.core.scope import sees_everything


class ChangeEmail(OnPerson):
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

    def preview(self, arguments: Arguments) -> ActionPreview:
        user = person_of(arguments)
        return ActionPreview(
            sentence=f"Change the e-mail address of {user}",
            lines=[line_about(user, ["e-mail", user.email, arguments["email"]])],
            total=1,
            consequences=[
                "Anyone with access to the new mailbox can then sign in as this person.",
                "It takes effect when the new address confirms it.",
            ],
            parts=self.parts(arguments),
        )

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        user = person_of(arguments)
        email_change_request(user=user, email=arguments["email"], actor=actor, reason=reason)
        return f"A confirmation link was sent to the new address of {user}."
