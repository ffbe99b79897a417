"""What an error of a mail server means for the e-mail, and in words."""

from django.db import InterfaceError, OperationalError

from apps.core.smtp import answer_of


def may_pass(error: Exception) -> bool:
    """Return whether the same e-mail may be accepted later: the network failed, or the server
    answered 4xx.
    """
    code = answer_of(error)
    if code:
        return code < 500
    return isinstance(error, OSError | OperationalError | InterfaceError)


def in_words(error: Exception) -> str:
    """Return what the mail server said, with its code, or what went wrong on our side."""
    recipients = getattr(error, "recipients", None)
    if isinstance(recipients, dict) and recipients:
        code, said = next(iter(recipients.values()))
    else:
        code, said = getattr(error, "smtp_code", 0), getattr(error, "smtp_error", b"")
    if not code:
        return f"{type(error).__name__}: {error}"
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return f"The mail server answered: {code} {' '.join(text.split())}"
