"""Pages to set up and remove second factors, where allauth's own allow too much."""

from collections.abc import Callable
from functools import wraps

from allauth.account.views import PasswordResetFromKeyView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.accounts.signin import known_browsers, sudo


def after_a_recent_sign_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask people without a password or factor, who used single sign-on, to sign in again.

    allauth has nothing to ask for, and would let a session of any age add a factor.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and not user.has_usable_password()
            and not sudo.has_second_factor(user)
            and not sudo.has_just_signed_in(request)
        ):
            messages.info(request, "Sign out and sign in again first, to confirm it's you.")
            return redirect("account_security")
        return view(request, *args, **kwargs)

    return answer


class RemovePasskeyView(RemoveWebAuthnView):
    success_url = "/account/"

    def form_valid(self, form: ModelForm) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("account_security")
        response: HttpResponse = super().form_valid(form)
        return response


class NewPasswordView(PasswordResetFromKeyView):
    def form_valid(self, form: ModelForm) -> HttpResponse:
        """Remember the browser: its user reads the person's mail."""
        response: HttpResponse = super().form_valid(form)
        known_browsers.remember_browser(self.request, response, self.reset_user.email)
        return response
