"""Registers the admin of organizations, one module per model."""

from apps.organizations.admin import invitation, membership, organization, person, set_scope, trash

__all__ = ["invitation", "membership", "organization", "person", "set_scope", "trash"]
