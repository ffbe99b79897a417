"""The exceptions that services raise when a rule of the domain says no."""

from django.core.exceptions import PermissionDenied


class DomainError(Exception):
    """A refusal whose message an operator may read as it is: what, why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class MissingPermission(PermissionDenied):
    """A refusal that names the permission that is missing, so that the 403 page can say it."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission
