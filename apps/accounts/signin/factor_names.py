"""Names of second factors, for code that mentions one without using it."""

from allauth.mfa.models import Authenticator

NAMES = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def name_of(authenticator: Authenticator) -> str:
    """Return "passkey “Laptop”" or "authenticator app"."""
    name = NAMES[authenticator.type]
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        return f"{name} “{authenticator.wrap().name}”"
    return name
