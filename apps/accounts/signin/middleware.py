"""What every request of a signed-in person goes through."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts.signin import sudo
from apps.core.sudo import FreshFactorNeeded

type Respond = Callable[[HttpRequest], HttpResponse]


class SudoMiddleware:
    """Turns `FreshFactorNeeded` into the page that asks for the factor and comes back."""

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
