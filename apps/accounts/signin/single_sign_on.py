"""Sign-in by OpenID Connect: the provider identifies the person, and this site decides whether they
may sign in.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.signin.allauth_internals import apps_from_settings
from apps.audit import event_kinds
from apps.audit.events import record_event
from apps.core.fields import fold_email

UNKNOWN = "No account here has the address you signed in with. Ask your administrator to add it."
FAILED = "Single sign-on didn't work. Try again, or use your password."


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[Any]:
        """Return the providers in the environment; a database row adds none."""
        apps = apps_from_settings(provider=provider, client_id=client_id)
        return [app for some in apps.values() for app in some]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Sign in the active person whose address the provider has verified, or refuse.

        No account is created or connected, and nothing from the provider changes permissions.
        """
        if sociallogin.state.get("process") != "login":
            _refuse(request, FAILED)
        verified = [
            fold_email(address.email)
            for address in sociallogin.email_addresses
            if address.verified is True
        ]
        person = User.objects.active().filter(email__in=verified).first() if verified else None
        if person is None:
            email = sociallogin.email_addresses[0].email if sociallogin.email_addresses else ""
            record_event(
                event_kinds.SIGN_IN_FAILED,
                username=email,
                because="no active person with this verified address",
            )
            _refuse(request, UNKNOWN)
        sociallogin.user = person

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: object, **_: object) -> None:
        _refuse(request, FAILED)


def _refuse(request: HttpRequest, why: str) -> None:
    messages.error(request, why)
    raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
