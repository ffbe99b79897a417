"""Sessions: their start, their time limits, and their end."""

import time
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts import event_kinds
from apps.accounts.authority import account_lock, power_obstacle
from apps.accounts.ended_sessions import ending_store
from apps.accounts.models import User
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError

END_SESSIONS = "accounts.end_sessions"
STARTED = "session_started"
ACTIVE = "session_active"
# How often a session in use is written.
NOTED_EVERY = 60
_FROM_ANOTHER_BROWSER = "because this session was ended in another browser"
_BY_AN_ADMINISTRATOR = "because an administrator ended your sessions"


def session_begin(request: HttpRequest) -> None:
    """Store the sign-in time; the session's lifetime counts from here."""
    request.session[STARTED] = time.time()
    request.session.pop(ACTIVE, None)


def is_signed_in(request: HttpRequest) -> bool:
    """Tell without reading the user's row."""
    return auth.SESSION_KEY in request.session


def is_activity(request: HttpRequest) -> bool:
    """Tell whether a person did this, or a script of an open page.

    Browsers send whether a request navigates to a page. A script's fetch does not keep a session
    alive; a change does.
    """
    return (
        request.method != "GET" or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )


def ending_of(request: HttpRequest) -> str:
    """Return why the session is over, as the end of a sentence; nothing if it continues."""
    session, now = request.session, time.time()
    if now - session.get(STARTED, now) > settings.SESSION_COOKIE_AGE:
        return f"because a session lasts {settings.SESSION_COOKIE_AGE // 3600} hours"
    if now - session.get(ACTIVE, now) > settings.SESSION_IDLE_SECONDS:
        return f"after {settings.SESSION_IDLE_SECONDS // 60} minutes of inactivity"
    return ""


def session_touch(request: HttpRequest) -> None:
    """Record that the session is in use, at most once a minute."""
    session, now = request.session, time.time()
    # An impersonation runs in the impersonator's own session.
    user = getattr(request, "real_user", request.user)
    if now - session.get(ACTIVE, 0) < NOTED_EVERY or not isinstance(user, User):
        return
    session.setdefault(STARTED, now)
    session[ACTIVE] = now
    if session.session_key is None:
        session.save()
    seen = UserSession(
        session_key=session.session_key,
        user=user,
        ip=get_adapter().get_client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:200],
        last_seen_at=timezone.now(),
    )
    UserSession.objects.bulk_create(
        [seen],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "ip", "user_agent", "last_seen_at"],
    )


def open_sessions(user: User) -> QuerySet[UserSession]:
    found: QuerySet[UserSession] = UserSession.objects.filter(user=user)
    return found


def number_of_sessions(user: User) -> int:
    """Return in how many browsers a person is signed in; writes nothing."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    number: int = open_sessions(user).filter(session_key__in=living).count()
    return number


def sessions_of(user: User) -> list[UserSession]:
    """Return a person's live sessions, the most recently used first."""
    living = UserSession.objects.purge_and_list(user)
    return sorted(living, key=lambda session: session.last_seen_at, reverse=True)


def session_end(*, user: User, session_id: int, actor: User) -> None:
    """End one of a person's own sessions."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None or user.pk != actor.pk:
        raise DomainError("This session has already ended.")
    end_all([session], user=user, actor=actor, because=_FROM_ANOTHER_BROWSER)


def sessions_end(
    *,
    user: User,
    actor: Actor,
    but: str | None = "",
    reason: str = "",
    because: str = _FROM_ANOTHER_BROWSER,
) -> int:
    """End a person's sessions, except the one with the key `but`; return how many.

    Ending another person's sessions needs `accounts.end_sessions`. `because` is for `end_all`.
    """
    if isinstance(actor, User) and actor.pk == user.pk:
        others = open_sessions(user).exclude(session_key=but or "")
        return end_all(others, user=user, actor=actor, reason=reason, because=because)
    require(actor, END_SESSIONS)
    with acting_as(actor=actor, reason=reason):
        person, actor = account_lock(user=user, actor=actor)
        require(actor, END_SESSIONS)
        if isinstance(actor, User) and (obstacle := power_obstacle(actor=actor, person=person)):
            raise DomainError(obstacle)
        found = open_sessions(person).exclude(session_key=but or "")
        return end_all(found, user=person, actor=actor, reason=reason, because=_BY_AN_ADMINISTRATOR)


def end_all(
    sessions: Iterable[UserSession], *, user: User, actor: Actor, because: str, reason: str = ""
) -> int:
    """End these sessions of one person; the caller has asked for the permission.

    `because` is what their browsers are told at their next request, after "You were signed out".
    """
    ended = list(sessions)
    with acting_as(actor=actor, reason=reason):
        for session in ended:
            session.end()
            ending_store(session.session_key, because)
        if ended:
            record_event(event_kinds.SESSION_ENDED, actor=actor, target=user, sessions=len(ended))
    return len(ended)


def time_out(request: HttpRequest) -> None:
    """End the request's own session, as its time is over."""
    with transaction.atomic():
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        if isinstance(request.user, User):
            record_event(
                event_kinds.SESSION_ENDED,
                actor=request.user,
                target=request.user,
                because="it expired",
            )
        request.session.flush()
    request.user = AnonymousUser()


def old_sessions_delete() -> int:
    """Delete expired sessions; return how many there were."""
    call_command("clearsessions")
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    over = UserSession.objects.filter(last_seen_at__lt=timezone.now() - longest)
    number: int = over.delete()[0]
    return number
