"""Second factors: an authenticator app, passkeys, recovery codes. allauth's adapter and forms."""

import base64
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkey_forms
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core.cache import cache

from apps.accounts.models import User
from apps.accounts.signin import sudo
from apps.accounts.signin.allauth_internals import normalize_user_code
from apps.accounts.signin.limits import TooManyAttempts, count_attempt
from apps.core.actors import PermissionHolder


class FactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Staff must have a second factor. Set up another one first.",
        "incorrect_code": "This code is wrong or was already used.",
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret, so that a copy of the database alone opens nothing."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _keys().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # It was encrypted with a key that is gone: no code matches, and another factor must
            # serve.
            return ""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not is_required_of(authenticator.user):
            return True
        others = Authenticator.objects.filter(
            user=authenticator.user, type__in=sudo.SECOND_FACTORS
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "Passkey" if not number else f"Passkey {number + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Quarterdeck"}


def is_required_of(user: PermissionHolder) -> bool:
    """Tell whether this person must sign in with a second factor."""
    return bool(settings.REQUIRE_SECOND_FACTOR and user.is_staff)


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"accounts.second_factor")
    return base64.urlsafe_b64encode(derive.derive(secret.encode()))


class _CountedCode(forms.Form):
    """Counts attempts at a code by browser, address, and account, like password attempts."""

    user: Any

    def clean_code(self) -> str:
        take_back = counted(self.user)
        code: str = super().clean_code()  # type: ignore[misc]
        # With the tolerance for slow clocks, a code is valid for longer than allauth remembers
        # it.
        used = f"second-factor-used:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(used, True, 5 * 60):
            raise get_account_adapter().validation_error("incorrect_code")
        take_back()
        return code


def counted(user: User) -> Callable[[], None]:
    try:
        return count_attempt(context.request, email=user.email, what="code")
    except TooManyAttempts:
        raise get_account_adapter().validation_error("too_many_login_attempts") from None


class AuthenticateForm(_CountedCode, base_forms.AuthenticateForm):
    pass


class ReauthenticateForm(_CountedCode, base_forms.ReauthenticateForm):
    pass


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    """Adds only passkeys that sign in alone: the device stores them behind its own lock."""

    passwordless = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)

    def clean_passwordless(self) -> bool:
        return True
