"""Registers again, in the house's look, what third parties have registered."""

from apps.backoffice.admin import permission, role, sign_in

__all__ = ["permission", "role", "sign_in"]
