"""allauth's account adapter: signing in by e-mail address and password."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.accounts import sessions
from apps.accounts.authority import rights_lock
from apps.accounts.email_changes.services import email_changes_end
from apps.accounts.models import User
from apps.accounts.signin import known_browsers, sudo
from apps.accounts.signin.limits import TooManyAttempts, count_attempt
from apps.accounts.signin.notices import queue_notice
from apps.core.actors import PermissionHolder
from apps.core.smtp import UncertainMailError

logger = logging.getLogger(__name__)

# The keys in the context of allauth's e-mails that grant access.
SECRETS = {"key", "code", "activate_url", "password_reset_url"}

TOO_OFTEN = "Too many attempts. Wait a few minutes, or request a link to set a new password."


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Wrong e-mail address or password.",
        "incorrect_password": "Wrong password.",
        "enter_current_password": "Wrong password.",
        "incorrect_code": "This code is wrong or was already used.",
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people are created by services and invitations."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Tell whether `next` may redirect there. An invalid address is refused."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that `ClientAddressMiddleware` found; a proxy's socket has none."""
        return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        # A member who is not staff has only an account page here.
        is_staff = getattr(request.user, "is_staff", False)
        return reverse("admin:index" if is_staff else "account_security")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_security")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user, or None: unknown, wrong, and deactivated give the same answer.

        Each costs one password hash; Django's backend also computes one for an unknown address.
        """
        try:
            take_back = count_attempt(request, email=credentials["email"], what="password")
        except TooManyAttempts:
            raise self.validation_error("too_many_login_attempts") from None
        found = authenticate(request, **credentials)
        if not isinstance(found, User):
            return None
        take_back()
        return found

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def post_login(self, request: HttpRequest, user: User, **kwargs: object) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_browsers.remember_browser(request, response, user.email)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: PermissionHolder) -> HttpResponse:
        """Give a deactivated person the same answer as a wrong password."""
        messages.error(request, self.error_messages["email_password_mismatch"])
        return HttpResponseRedirect(reverse("account_login"))

    def get_reauthentication_methods(self, user: PermissionHolder) -> list[dict[str, Any]]:
        """Offer people with a second factor only that: their password does not open sudo mode."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if sudo.has_second_factor(user):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        return [{**method, "description": WAYS[method["id"]]} for method in methods]

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Don't ask again for a password that was just used to sign in, to set up the first second factor."""
        user = self.request.user
        if (
            app == "allauth.mfa"
            and not sudo.has_second_factor(user)
            and sudo.has_just_signed_in(self.request)
        ):
            return False
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required

    def set_password(self, user: User, password: str) -> None:
        """Set the password, and end what the old one opened, except the current session."""
        user.set_password(password)
        user.save(update_fields=["password"])
        # Somebody who stole the old password may have requested another address.
        with transaction.atomic():
            rights_lock()
            email_changes_end(user=user, why="A new password was set.", actor=user)
        own = self.request.session.session_key if self.request.user == user else None
        sessions.sessions_end(
            user=user,
            actor=user,
            but=own,
            reason="Set a new password",
            because="because a new password was set",
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an e-mail without failing what it is about if the mail server is away.

        An e-mail that was not accepted is queued and sent later. One with a key or a code is not:
        that would be stored, and the person can ask for another one.
        """
        mail = self.render_mail(template_prefix, email, context)
        try:
            mail.send()
        except UncertainMailError:
            logger.warning("The mail %s may have gone out, or not", template_prefix)
        except OSError:
            logger.exception("The mail %s could not be sent", template_prefix)
            if not SECRETS & set(context):
                queue_notice(mail)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        words = {
            "browser": known_browsers.browser_in_words(self.get_http_user_agent(self.request)),
            "user": user,
        }
        super().send_notification_mail(
            template_prefix, user, {**words, **(context or {})}, email or user.email
        )


WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
