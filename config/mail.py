"""Turns `EMAIL_URL` into Django's mail settings."""

from typing import Any
from urllib.parse import unquote, urlsplit


def settings_from(url: str) -> dict[str, Any]:
    """Return Django's settings for a mail server's address.

    `smtps://` speaks TLS from the first byte (port 465), `smtp://` on port 587 starts with plain
    text and changes to TLS, and any other `smtp://` stays plain (port 25). Raises `ValueError` with
    the end of a sentence where the address is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise ValueError("must start with smtp:// or smtps://")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("must name a port from 1 to 65535, or none") from None
    if not parts.hostname:
        raise ValueError("must name a host, as in smtp://mail.example:587")
    secure = parts.scheme == "smtps"
    port = port or (465 if secure else 25)
    return {
        "EMAIL_BACKEND": "apps.core.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and port == 587,
        "EMAIL_TIMEOUT": 20,
    }
