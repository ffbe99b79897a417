"""The exceptions that services raise when a rule refuses something."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model
from django.http import Http404


class DomainError(Exception):
    """A refusal with a message for people: what happened, why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class MissingPermission(PermissionDenied):
    """A refusal that names the missing permission, so that the 403 page can show it."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class BelongsToColleague(PermissionDenied):
    """A refusal of a step that only the record's owner can take, for people who may see the record.

    `url` is the page where the record can be viewed.
    """

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.message = message
        self.url = url


class FullAccessNeeded(PermissionDenied):
    """A refusal of limited staff: what they asked for affects every organization."""

    def __init__(self) -> None:
        self.message = (
            "This affects every organization. Your access is limited to some of them. "
            "Ask a colleague with full access."
        )
        super().__init__(self.message)


class RecordNotFound(Http404):
    """A 404 that names the requested record, so that the page can offer a search."""

    def __init__(self, model: type[Model], key: str) -> None:
        super().__init__(f"No {model._meta.verbose_name} with the ID “{key}”.")
        self.model = model
        self.key = key


class AddressRefused(BadRequest):
    """A 400 for a parameter that the page does not declare, or a value that it cannot read.

    `list_url` is the list, or `page_url` any other page, that the reader can open without it.
    """

    def __init__(self, message: str, *, list_url: str = "", page_url: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.list_url = list_url
        self.page_url = page_url


def in_short(error: Exception) -> str:
    """Return the type of an error and the first line of what it says, for a log line."""
    return f"{type(error).__name__}: {str(error).strip().partition('\n')[0]}"
