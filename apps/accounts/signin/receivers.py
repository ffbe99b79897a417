"""Records allauth's signals: added and removed factors, sudo mode, and wrong codes."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from apps.accounts import event_kinds as accounts_kinds
from apps.accounts import sessions
from apps.accounts.models import User
from apps.accounts.signin import sudo
from apps.accounts.signin.allauth_internals import record_authentication
from apps.accounts.signin.factor_names import NAMES, name_of
from apps.audit import event_kinds as audit_kinds
from apps.audit.events import record_event


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signin")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.signin")
    authentication_step_completed.connect(_proven, dispatch_uid="accounts.signin")
    signals.authenticator_added.connect(_added, dispatch_uid="accounts.signin")
    signals.authenticator_reset.connect(_added, dispatch_uid="accounts.signin")
    signals.authenticator_removed.connect(_removed, dispatch_uid="accounts.signin")
    signals.authentication_failed.connect(_failed, dispatch_uid="accounts.signin")


def _signed_in(request: HttpRequest, **_: object) -> None:
    sessions.session_begin(request)


def _signed_out(request: HttpRequest, **_: object) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()


def _proven(user: User, method: str, **more: Any) -> None:
    if more.get("reauthenticated"):
        factor = NAMES.get(more.get("type"), method)
        record_event(accounts_kinds.SUDO, actor=user, target=user, factor=factor)


def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    record_event(
        accounts_kinds.FACTOR_ADDED, actor=user, target=user, factor=name_of(authenticator)
    )
    if authenticator.type in sudo.SECOND_FACTORS:
        # Setting it up has proven it: the recovery codes that follow do not ask for it again.
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
        )


def _removed(user: User, authenticator: Authenticator, **_: object) -> None:
    record_event(
        accounts_kinds.FACTOR_REMOVED, actor=user, target=user, factor=name_of(authenticator)
    )


def _failed(user: User, authenticator: Authenticator, **_: object) -> None:
    record_event(
        audit_kinds.SIGN_IN_FAILED, target=user, because=f"wrong {NAMES[authenticator.type]} code"
    )
