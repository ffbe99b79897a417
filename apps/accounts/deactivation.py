"""Closes accounts: what a deactivation does besides the status, for one person or thousands."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from apps.accounts import sessions
from apps.accounts.email_changes.services import email_changes_end
from apps.accounts.models import EmailChange, User
from apps.core.actors import Actor


def accounts_close(people: QuerySet[Any], *, actor: Actor, reason: str) -> None:
    """Deactivate people whose rows the caller has locked and checked, with a few statements.

    After a reactivation, nothing from before may give access to an account. Few of many people have a
    session or a pending change of address; those are ended one by one, because each is an event.
    """
    keys = list(people.order_by().values_list("pk", flat=True))
    closed = User.objects.filter(pk__in=keys)
    closed.update(status=User.Status.DEACTIVATED)
    waiting = EmailChange.objects.filter(user__in=keys, state=EmailChange.State.PENDING)
    for person in closed.filter(pk__in=waiting.values("user")):
        email_changes_end(user=person, why="The account was deactivated.", actor=actor)
    for person in closed.filter(pk__in=UserSession.objects.filter(user__in=keys).values("user")):
        sessions.end_all(
            sessions.open_sessions(person),
            user=person,
            actor=actor,
            reason=reason,
            because="because your account was deactivated",
        )
