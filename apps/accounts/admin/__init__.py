"""Registers the admin of users."""

from apps.accounts.admin import user

__all__ = ["user"]
