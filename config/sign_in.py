"""Settings of django-allauth and of what apps/accounts/signin adds to it."""

from typing import Any

from config.env import Environment


def settings_from(environment: Environment) -> dict[str, Any]:
    """Return Django's settings for signing in."""
    return {
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "admin:index",
        "LOGOUT_REDIRECT_URL": "account_login",
        "AUTHENTICATION_BACKENDS": [
            "django.contrib.auth.backends.ModelBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {
                "NAME": f"{DJANGO}.MinimumLengthValidator",
                "OPTIONS": {"min_length": 12},
            },
            {"NAME": "apps.accounts.signin.passwords.MaximumLengthValidator"},
            {"NAME": f"{DJANGO}.UserAttributeSimilarityValidator"},
            {"NAME": f"{DJANGO}.CommonPasswordValidator"},
        ],
        # A link to set a password lives this long, and dies with its first use.
        "PASSWORD_RESET_TIMEOUT": 24 * 3600,
        **ACCOUNT,
        **SECOND_FACTOR,
    }


DJANGO = "django.contrib.auth.password_validation"

ACCOUNT: dict[str, Any] = {
    "ACCOUNT_ADAPTER": "apps.accounts.signin.adapter.AccountAdapter",
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    "ACCOUNT_USER_MODEL_EMAIL_FIELD": "email",
    # The address of a person is `User.email` alone, changed by who may change people.
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
    "ACCOUNT_SESSION_REMEMBER": True,
    "ACCOUNT_LOGOUT_ON_GET": False,
    "ACCOUNT_LOGIN_ON_PASSWORD_RESET": False,
    "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": (
        "django.contrib.auth.tokens.PasswordResetTokenGenerator"
    ),
}

SECOND_FACTOR: dict[str, Any] = {
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_TOTP_ISSUER": "Quarterdeck",
    # A clock half a minute off still fits.
    "MFA_TOTP_TOLERANCE": 1,
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
}
