"""The token of a link to set a password."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from apps.accounts.models import User


class PasswordLinkTokenGenerator(PasswordResetTokenGenerator):
    """Django's own, which dies with the password, the address, and a sign-in, and with a deactivation too.

    Who is reactivated starts anew: a link from before may be the reason why the account was shut.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        value: str = super()._make_hash_value(user, timestamp)
        return f"{value}{_last_deactivation(user)}"


def _last_deactivation(user: User) -> int | str:
    rows = User.history.filter(id=user.pk, status=User.Status.DEACTIVATED)
    last: int | None = rows.order_by("-history_id").values_list("history_id", flat=True).first()
    return "" if last is None else last
