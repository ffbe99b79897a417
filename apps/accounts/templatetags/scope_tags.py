"""What a user sees, for the user menu."""

from django import template

from apps.accounts.people_scope import scope_in_words
from apps.core.actors import PermissionHolder
from apps.core.scope import is_limited

register = template.Library()


@register.filter
def sees(user: PermissionHolder) -> str:
    """Return "You see 3 organizations" to who is limited; of who sees everything nothing is said."""
    return f"You see {scope_in_words(user)}" if user.is_authenticated and is_limited(user) else ""
