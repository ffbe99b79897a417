"""Checks of every request of a signed-in person."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts import sessions
from apps.accounts.signin import factors, sudo
from apps.core.sudo import FreshFactorNeeded

type Respond = Callable[[HttpRequest], HttpResponse]

# The pages that people who must still set up a second factor can reach.
_OPEN_WITHOUT_FACTOR = ("/account/", "/invitations/", "/static/")


class SessionLimitsMiddleware:
    """Ends a session that was idle for too long or has reached its maximum age."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if sessions.is_signed_in(request) and (ending := sessions.ending_of(request)):
            sessions.time_out(request)
            messages.info(request, ending)
        response = self.get_response(request)
        if sessions.is_signed_in(request) and sessions.is_activity(request):
            sessions.session_touch(request)
        return response


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
