"""On a person's page: second factors, sessions, and the actions of colleagues on them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.accounts import sessions
from apps.accounts.models import User
from apps.accounts.signin.factor_names import NAMES
from apps.accounts.signin.links import password_link_give
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY
from apps.core.wording import listed


def _sessions_meant(users: QuerySet[Any]) -> Iterable[str]:
    number = sum(sessions.number_of_sessions(user) for user in users)
    return [f"Now signed in on {number} browser{'' if number == 1 else 's'}."]


class SignInActions:
    @display(description="second factors")
    def second_factors(self, user: User) -> str:
        types = Authenticator.objects.filter(user=user).values_list("type", flat=True)
        counts = Counter(NAMES[each] for each in types)
        named = [f"{number} {name}s" if number > 1 else name for name, number in counts.items()]
        return listed(sorted(named)) or EMPTY

    @display(description="signed in on")
    def open_sessions(self, user: User) -> str:
        number = sessions.number_of_sessions(user)
        return f"{number} browser{'' if number == 1 else 's'}" if number else EMPTY

    @confirmed(
        permission="accounts.end_sessions",
        description="End sessions",
        icon="logout",
        danger=True,
        explanation="This person is signed out everywhere right away, and can sign in again.",
        consequences=_sessions_meant,
        in_row_menu=False,
    )
    def end_sessions(
        self, request: HttpRequest, users: QuerySet[Any], answer: ConfirmationForm
    ) -> str:
        user = users.get()
        number = sessions.sessions_end(user=user, actor=request.user, reason=answer.reason)
        return f"{number} session{'' if number == 1 else 's'} of {user} ended."

    @confirmed(
        permission="accounts.change_user",
        description="Mail a password link",
        icon="key",
        explanation="A link to set a password is sent to the person's own address only.",
        reason="optional",
        when=lambda user: user.status == User.Status.ACTIVE,
        in_row_menu=False,
    )
    def give_password_link(
        self, request: HttpRequest, users: QuerySet[Any], answer: ConfirmationForm
    ) -> str:
        user = users.get()
        password_link_give(user=user, actor=request.user, reason=answer.reason)
        return f"A link to set a password was sent to {user}."
