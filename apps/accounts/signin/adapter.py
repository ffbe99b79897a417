"""allauth's account adapter: who may come in by an e-mail address and a password."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.signin import sudo


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and password do not fit together.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your password.",
        "incorrect_code": "This code is not right, or has been used already.",
        "too_many_login_attempts": "That was tried too often. Wait a few minutes and try again.",
        "rate_limited": "That was tried too often. Wait a few minutes and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are made by services and invitations."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        # A member who is not staff has his account here and nothing else.
        return reverse("admin:index" if request.user.is_staff else "account_security")

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Say to a deactivated person what is said to anybody who gets it wrong."""
        messages.error(request, self.error_messages["email_password_mismatch"])
        return HttpResponseRedirect(reverse("account_login"))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Offer the second factor alone to who has one: a password would not open sudo for him."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if sudo.has_second_factor(user):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return who this is; a deactivated person is refused like a wrong password."""
        found = super().authenticate(request, **credentials)
        return found if isinstance(found, User) and found.is_active else None

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        super().send_notification_mail(template_prefix, user, context, email or user.email)
