"""A person's data in the accounts app: the row, the ways to sign in, the sessions."""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage

from apps.accounts.anonymization.bulk_runs import bulk_runs_erase, merges_erase
from apps.accounts.anonymization.person import Person
from apps.accounts.anonymization.queued_mails import queued_mails_erase
from apps.accounts.anonymization.registry import ErasureHandler
from apps.accounts.anonymization.requests import requests_about, requests_erase
from apps.accounts.models import ApprovalRequest, EmailChange, User
from apps.holds.selectors import own_hold

# Rows of the sign-in packages that belong to one user.
_OF_SIGN_IN = [
    "account.EmailAddress",
    "mfa.Authenticator",
    "socialaccount.SocialAccount",
    "usersessions.UserSession",
]


def _obstacles(person: Person) -> Iterator[str]:
    user = person.user
    if user.is_removed:
        yield "This person's data was already removed."
    if own_hold(user) is not None:
        yield f"{user} is under legal hold. The data can be removed once the hold is lifted."
    if user.is_superuser or user.is_staff or user.groups.exists():
        yield f"{user} has a staff role. Remove the roles first."
    if any(request.state == ApprovalRequest.State.PENDING for request in requests_about(person)):
        yield f"An open request names {user}. Decide on it first."


def _preview(person: Person) -> Iterator[str]:
    yield (
        "E-mail address, name, phone, and picture are replaced for good, in the history "
        "too. This can't be undone."
    )
    yield (
        "The person can no longer sign in. What they did stays in the history, without their name."
    )


def _erase(person: Person) -> dict[str, int]:
    user = person.user
    for label in _OF_SIGN_IN:
        if apps.is_installed(f"allauth.{label.partition('.')[0]}"):
            model: Any = apps.get_model(label)
            model._base_manager.filter(user=user).delete()
    _sessions(person)
    EmailChange.objects.filter(user=user).delete()
    for picture in person.pictures:
        # Including pictures that were replaced since.
        if not User.objects.filter(avatar=picture).exclude(pk=user.pk).exists():
            default_storage.delete(picture)
    user.email = person.anonymous_email
    user.first_name, user.last_name = "Removed", "person"
    user.phone = ""
    user.avatar = ""
    user.is_verified = False
    user.status = User.Status.DEACTIVATED
    user.last_login = None
    user.set_unusable_password()
    user.save()
    return {
        "requests": requests_erase(person),
        "e-mails": queued_mails_erase(person),
        "bulk actions": bulk_runs_erase(person),
        "merges": merges_erase(person),
    }


def _sessions(person: Person) -> None:
    """End the person's sessions, and remove their data from other sessions, such as a suspended form."""
    for session in Session.objects.iterator():
        data = session.get_decoded()
        if data.get(SESSION_KEY) == str(person.user.pk):
            session.delete()
            continue
        named = [
            key
            for key, value in data.items()
            if any(
                text in json.dumps(value, default=str, ensure_ascii=False)
                for text in (*person.words, *person.names)
            )
        ]
        if named:
            store = SessionStore(session.session_key)
            for key in named:
                del store[key]
            store.save()


OWN = ErasureHandler("accounts", erase=_erase, preview=_preview, obstacles=_obstacles)
