"""Turns database refusals into words."""

from typing import Any

from django.db import models

from apps.transfers.engine.context import RunContext


def explain(error: Exception, context: RunContext) -> str:
    """Return one sentence for a database error: the constraint's own message, if it has one."""
    cause: Any = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    for info in context.parts:
        for constraint in info.model._meta.constraints:
            if constraint.name == name:
                default = models.BaseConstraint.default_violation_error_message
                message = constraint.violation_error_message
                if message and message != default:
                    return str(message)
                return f"The {info.part.label} breaks the rule “{name.replace('_', ' ')}”."
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    text = str(primary or error).strip().splitlines()[0]
    return f"The database rejected the row: {text}."
