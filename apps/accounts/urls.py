"""URLs of sign-in and the account pages; only those of allauth's that are used.

There is no sign-up, no list of e-mail addresses, and no page of third-party accounts. Changes of
address have pages of their own: allauth's would let a session of any age add one.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path
from django.views.generic import RedirectView

from apps.accounts.views import email_change, security, sessions, single_sign_on, sudo
from apps.accounts.views import factors as factor_views

urlpatterns = [
    path("", security.security, name="account_security"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("address/change/", email_change.change, name="account_change_address"),
    path("address/cancel/", email_change.cancel, name="account_cancel_address"),
    path("address/confirm/<str:token>/", email_change.confirm, name="account_confirm_new_email"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path(
        "password/set/",
        factor_views.after_a_recent_sign_in(account.password_set),
        name="account_set_password",
    ),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        factor_views.NewPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("factors/authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("factors/reauthenticate/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("factors/", RedirectView.as_view(pattern_name="account_security"), name="mfa_index"),
    path(
        "factors/authenticator/on/",
        factor_views.after_a_recent_sign_in(totp.activate_totp),
        name="mfa_activate_totp",
    ),
    path("factors/authenticator/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("factors/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "factors/codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "factors/passkeys/",
        RedirectView.as_view(pattern_name="account_security"),
        name="mfa_list_webauthn",
    ),
    path(
        "factors/passkeys/add/",
        factor_views.after_a_recent_sign_in(passkeys.add_webauthn),
        name="mfa_add_webauthn",
    ),
    path(
        "factors/passkeys/reauthenticate/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("factors/passkeys/<int:pk>/rename/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "factors/passkeys/<int:pk>/remove/",
        factor_views.RemovePasskeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("login/with/<slug:provider_id>/", single_sign_on.login, name="openid_connect_login"),
    path(
        "login/with/<slug:provider_id>/callback/",
        single_sign_on.callback,
        name="openid_connect_callback",
    ),
    path("factors/required/", security.factor_required, name="account_factor_required"),
    path("sessions/<int:session_id>/end/", sessions.end, name="account_session_end"),
    path("sessions/end/", sessions.end_others, name="account_sessions_end"),
    path("sudo/", sudo.ask, name="account_sudo"),
    path("sudo/resume/", sudo.resume, name="account_sudo_resume"),
    path("sudo/end/", sudo.end, name="account_sudo_end"),
]
