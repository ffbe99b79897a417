"""The token of a link to set a password."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from apps.accounts.models import User


class PasswordLinkTokenGenerator(PasswordResetTokenGenerator):
    """Django's token, which a new password, address, or sign-in invalidates; so does a
    deactivation.

    A reactivated person starts over: an older link may be why the account was deactivated.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        value: str = super()._make_hash_value(user, timestamp)
        return f"{value}{_last_deactivation(user)}"


def _last_deactivation(user: User) -> int | str:
    rows = User.history.filter(id=user.pk, status=User.Status.DEACTIVATED)
    last: int | None = rows.order_by("-history_id").values_list("history_id", flat=True).first()
    return "" if last is None else last
