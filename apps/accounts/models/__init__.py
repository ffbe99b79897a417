"""People, and who may do what."""

from django.contrib.auth.models import Group

from apps.accounts.models.approval import ApprovalRequest
from apps.accounts.models.disclosure import Disclosure
from apps.accounts.models.email_change import EmailChange
from apps.accounts.models.impersonation import Impersonation
from apps.accounts.models.user import User, UserManager
from apps.audit.history import audit_model
from apps.core.nouns import name_fields, name_model

__all__ = ["ApprovalRequest", "Disclosure", "EmailChange", "Impersonation", "User", "UserManager"]

# Permissions are stored in Django's own tables; their history is kept here.
audit_model(Group, app="apps.accounts")
audit_model(Group.permissions.through, app="apps.accounts")
audit_model(User.groups.through, app="apps.accounts")
audit_model(User.user_permissions.through, app="apps.accounts")
name_model(Group, "staff role", "staff roles")
name_fields(User, groups="staff roles", user_permissions="permissions")
