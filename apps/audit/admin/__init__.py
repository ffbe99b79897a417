"""Registers the audit log; `timeline` has what other apps' admins inherit."""

from apps.audit.admin import changeset

__all__ = ["changeset"]
