"""Settings of django-allauth and of what apps/accounts/signin adds to it."""

import sys
from typing import Any

from config.env import Environment


def settings_from(environment: Environment) -> dict[str, Any]:
    """Return Django's settings for signing in."""
    return {
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "admin:index",
        "LOGOUT_REDIRECT_URL": "account_login",
        # Django's backend computes one hash for every attempt, and refuses deactivated people.
        "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
        "AUTH_PASSWORD_VALIDATORS": [
            {
                "NAME": f"{DJANGO}.MinimumLengthValidator",
                "OPTIONS": {"min_length": 12},
            },
            {"NAME": "apps.accounts.signin.passwords.MaximumLengthValidator"},
            {"NAME": f"{DJANGO}.UserAttributeSimilarityValidator"},
            {"NAME": f"{DJANGO}.CommonPasswordValidator"},
        ],
        # The lifetime of a link to set a password, which also ends with its first use.
        "PASSWORD_RESET_TIMEOUT": 24 * 3600,
        # allauth asks again before a factor is changed, as often as sudo mode does.
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": environment.sudo_minutes * 60,
        **ACCOUNT,
        **SECOND_FACTOR,
        **SINGLE_SIGN_ON,
        **_provider(environment),
    }


def provider_apps(environment: Environment) -> list[str]:
    """Return the app of OpenID Connect where a provider is set: it brings an HTTP client along."""
    return [OPENID_CONNECT] if environment.oidc_issuer else []


def _provider(environment: Environment) -> dict[str, Any]:
    if not environment.oidc_issuer:
        return {}
    if not (environment.oidc_client_id and environment.oidc_client_secret):
        print("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    return {
        "SOCIALACCOUNT_PROVIDERS": {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "oidc",
                        "name": environment.oidc_name,
                        "client_id": environment.oidc_client_id,
                        "secret": environment.oidc_client_secret,
                        "settings": {"server_url": environment.oidc_issuer},
                    }
                ],
            }
        }
    }


DJANGO = "django.contrib.auth.password_validation"
OPENID_CONNECT = "allauth.socialaccount.providers.openid_connect"

ACCOUNT: dict[str, Any] = {
    "ACCOUNT_ADAPTER": "apps.accounts.signin.adapter.AccountAdapter",
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    "ACCOUNT_USER_MODEL_EMAIL_FIELD": "email",
    # A person's address is only `User.email`, changed by people with the permission.
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    # Its e-mail to an unknown address links to a sign-up, which does not exist here.
    "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": False,
    "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
    # People are told when somebody changes how they sign in.
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "ACCOUNT_SESSION_REMEMBER": True,
    "ACCOUNT_LOGOUT_ON_GET": False,
    "ACCOUNT_LOGIN_ON_PASSWORD_RESET": False,
    "ACCOUNT_FORMS": {"reset_password": "apps.accounts.signin.forms.PasswordLinkForm"},
    # Attempts are counted by apps/accounts/signin/limits.py; these are for the rest.
    "ACCOUNT_RATE_LIMITS": {"login": None, "login_failed": None, "reset_password": "20/m/ip"},
    "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": (
        "apps.accounts.signin.link_tokens.PasswordLinkTokenGenerator"
    ),
}

SECOND_FACTOR: dict[str, Any] = {
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_TOTP_ISSUER": "Quarterdeck",
    # A clock may be off by half a minute.
    "MFA_TOTP_TOLERANCE": 1,
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_ADAPTER": "apps.accounts.signin.factors.FactorAdapter",
    "MFA_FORMS": {
        "authenticate": "apps.accounts.signin.factors.AuthenticateForm",
        "reauthenticate": "apps.accounts.signin.factors.ReauthenticateForm",
        "add_webauthn": "apps.accounts.signin.factors.AddPasskeyForm",
    },
}

# Limits on attempts are in apps/accounts/signin/limits.py.
LIMITS = {
    "known_browser": "10/5m/key",
    "account_at_address": "5/5m/key",
    "address": "30/5m/key",
    "account": "50/15m/key",
}
# Mails with a link to set a password that one person is sent in 24 hours: this many because somebody asked
# on the sign-in page, and as many because colleagues did.
PASSWORD_LINKS_A_DAY = 10

SINGLE_SIGN_ON: dict[str, Any] = {
    "SOCIALACCOUNT_ADAPTER": "apps.accounts.signin.single_sign_on.SingleSignOnAdapter",
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
    "SOCIALACCOUNT_AUTO_SIGNUP": False,
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
    # It starts with a link: the policy refuses a form that leads to another site.
    "SOCIALACCOUNT_LOGIN_ON_GET": True,
}
