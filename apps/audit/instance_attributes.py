"""Supports simple-history's attributes of an instance: `_change_reason` and `_history_user`.

simple-history reads them in a signal handler after `save()`. Here, triggers write the history, so
the values must reach the database before the statement: they are added to the audit context during
the save or delete. Attributes that triggers cannot support are refused instead of being lost.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any

from django.db import models

from apps.audit.context import audit_context
from apps.core.errors import DomainError

# `hard_delete` is how a model with a trash is deleted for good.
_WRITERS = ("save_base", "delete", "hard_delete")


def honor_instance_attributes(model: type[models.Model]) -> None:
    """Make the write methods of an audited `model` honor the attributes; called once."""
    for name in _WRITERS:
        method = getattr(model, name, None)
        if method is not None and not hasattr(method, "honors_attributes"):
            setattr(model, name, _honoring(method))


def refuse_unsupported(instance: models.Model) -> None:
    """Raise DomainError for an attribute that triggers do not support."""
    name = type(instance)._meta.verbose_name
    if getattr(instance, "_history_date", None) is not None:
        raise DomainError(
            f"_history_date has no effect on this {name}: the database dates its own history. "
            "Remove the attribute, and keep a date of the domain in a field."
        )
    if hasattr(instance, "skip_history_when_saving"):
        raise DomainError(
            f"The history of this {name} cannot be skipped: triggers write it for every change. Save "
            "without skip_history_when_saving, and name fields that need no history in "
            "History(untracked_fields=[…])."
        )


def _honoring(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def wrapper(self: models.Model, *args: Any, **kwargs: Any) -> Any:
        refuse_unsupported(self)
        with _attribution(self):
            return method(self, *args, **kwargs)

    wrapper.honors_attributes = True  # type: ignore[attr-defined]
    return wrapper


def _attribution(instance: models.Model) -> AbstractContextManager[None]:
    user = getattr(instance, "_history_user", None)
    reason = getattr(instance, "_change_reason", None) or ""
    if user is None and not reason:
        return nullcontext()
    return audit_context(actor=user, reason=reason)
