"""Registers again, in the house's look, what third parties have registered."""

from apps.backoffice.admin import permission, role

__all__ = ["permission", "role"]
