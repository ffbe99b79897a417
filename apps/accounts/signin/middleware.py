"""Checks of every request of a signed-in person."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts import sessions
from apps.accounts.ended_sessions import ending_store, ending_take
from apps.accounts.signin import factors, sudo
from apps.core.sudo import FreshFactorNeeded

type Respond = Callable[[HttpRequest], HttpResponse]

# The pages that people who must still set up a second factor can reach.
_OPEN_WITHOUT_FACTOR = ("/account/", "/invitations/", "/static/")


class SessionLimitsMiddleware:
    """Ends a session that was idle for too long or has reached its maximum age, and says why one is over."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if sessions.is_signed_in(request):
            _store_its_ending(request)
        if sessions.is_activity(request):
            if not sessions.is_signed_in(request) and (why := ending_take(request)):
                messages.info(request, f"You were signed out {why}.")
        elif not sessions.is_signed_in(request):
            # A script shows no sentence. The next click does, if the browser still names its session.
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        response = self.get_response(request)
        if sessions.is_signed_in(request) and sessions.is_activity(request):
            sessions.session_touch(request)
        return response


def _store_its_ending(request: HttpRequest) -> None:
    """End the session if its time is over, and store why. The same where its password is no longer the user's."""
    key, why = str(request.session.session_key), sessions.ending_of(request)
    if why:
        sessions.time_out(request)
    elif not request.user.is_authenticated:
        why = "because your password or account was changed"
    if why:
        ending_store(key, why)


class SecondFactorMiddleware:
    """Lets staff without a required second factor set one up, and do nothing else."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponse | None:
        if (
            request.path.startswith(_OPEN_WITHOUT_FACTOR)
            or not sessions.is_signed_in(request)
            or not factors.is_required_of(request.user)
            or sudo.has_second_factor(request.user)
        ):
            return None
        if request.method == "GET" and sessions.is_activity(request):
            return redirect("account_factor_required")
        raise PermissionDenied("Set up a second factor first, on your account page.")


class SudoMiddleware:
    """Turns `FreshFactorNeeded` into the page that asks for the factor and returns afterward."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FreshFactorNeeded):
            return None
        sudo.suspend(request, exception.purpose)
        query = urlencode({"next": reverse("account_sudo_resume")})
        return HttpResponseRedirect(f"{reverse('account_sudo')}?{query}")
