"""Records Django's signals: sign-ins, failed sign-ins, and sign-outs."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from apps.audit import event_kinds
from apps.audit.events import record_event

_NAME = get_user_model().USERNAME_FIELD


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")


def _signed_in(user: Any, **_: object) -> None:
    record_event(event_kinds.SIGN_IN, actor=user, target=user)


def _signed_out(user: Any, **_: object) -> None:
    if user is not None:
        record_event(event_kinds.SIGN_OUT, actor=user, target=user)


def _failed(credentials: dict[str, Any], **_: object) -> None:
    # Django has masked secrets; the name is cut to the maximum length of a name.
    given = credentials.get("username") or credentials.get("email") or ""
    given = str(given)[:254]
    # Looked up for known and unknown names, so that both take the same time.
    target = get_user_model()._default_manager.filter(**{_NAME: given}).first()
    record_event(event_kinds.SIGN_IN_FAILED, target=target, username="" if target else given)
