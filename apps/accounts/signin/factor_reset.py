"""Resets the second factors of a person who lost them all."""

from allauth.mfa.models import Authenticator

from apps.accounts import event_kinds
from apps.accounts.authority import account_decide
from apps.accounts.email_changes.services import email_changes_end
from apps.accounts.models import User
from apps.accounts.sessions import end_all, open_sessions
from apps.accounts.signin.factor_names import name_of
from apps.accounts.signin.links import password_link
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError

PERMISSIONS = ("accounts.end_sessions", "accounts.set_roles")


def second_factors_reset(*, user: User, actor: Actor, reason: str) -> tuple[int, str]:
    """Remove every second factor of an active person; return how many, and a link to set a
    password.

    The password stops working, too: a thief who has the factors may also have the password.
    """
    require(actor, *PERMISSIONS)
    if not reason.strip():
        raise DomainError("A reason is required. It is kept in the audit log.")
    with acting_as(actor=actor, reason=reason):
        person, actor = account_decide(user=user, actor=actor, permissions=PERMISSIONS)
        if not person.is_active:
            raise DomainError(f"{person} is deactivated.")
        authenticators = list(Authenticator.objects.filter(user=person))
        for authenticator in authenticators:
            record_event(event_kinds.FACTOR_REMOVED, target=person, factor=name_of(authenticator))
            authenticator.delete()
        person.set_unusable_password()
        person.save(update_fields=["password"])
        email_changes_end(user=person, why="The second factors were reset.", actor=actor)
        end_all(
            open_sessions(person),
            user=person,
            actor=actor,
            reason=reason,
            because="because your password and second factors were reset",
        )
        return len(authenticators), password_link(person)
