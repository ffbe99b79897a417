"""Ending one's own sessions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.accounts import sessions
from apps.accounts.models import User
from apps.core.errors import DomainError


@login_required
@require_POST
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101  Said by login_required.
    try:
        sessions.session_end(user=user, session_id=session_id, actor=user)
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "The session was ended.")
    return redirect("account_security")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101  Said by login_required.
    number = sessions.sessions_end(user=user, actor=user, but=request.session.session_key)
    message = (
        f"{number} other session{'' if number == 1 else 's'} ended."
        if number
        else "There were no other sessions."
    )
    messages.success(request, message)
    return redirect("account_security")
