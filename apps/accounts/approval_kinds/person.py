"""What every action on one person's account shares: the approver must be able to do it, and not gain by it."""

from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.approvable.preview import Line
from apps.accounts.approvable.registry import Approvable, Arguments
from apps.accounts.authority import account_obstacle
from apps.accounts.models import User
from apps.core.actors import PermissionHolder


class OnPerson(Approvable):
    """`{"user": id, …}`: decides over the account of this person."""

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        return (
            "user" not in arguments
            or User.objects.for_staff(user).filter(pk=arguments["user"]).exists()
        )

    def obstacle(self, user: PermissionHolder, arguments: Arguments) -> str:
        if "user" not in arguments:
            return ""
        return account_obstacle(actor=user, person=person_of(arguments))

    def beneficiaries(self, arguments: Arguments) -> list[UUID]:
        return [UUID(arguments["user"])] if "user" in arguments else []

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [("The person", User.objects.filter(pk=arguments["user"]))]


def person_of(arguments: Arguments) -> User:
    return User.objects.get(pk=arguments["user"])


def line_about(user: User, *values: list[str]) -> Line:
    """Return the line of a preview that names the person, with [field, before, after] of each change."""
    return Line(str(user), reverse("admin:accounts_user_change", args=[user.pk]), list(values))
