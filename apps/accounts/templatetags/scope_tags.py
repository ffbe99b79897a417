"""The user's scope in words, for the user menu."""

from django import template

from apps.accounts.people_scope import scope_in_words
from apps.core.actors import PermissionHolder
from apps.core.scope import is_limited

register = template.Library()


@register.filter
def sees(user: PermissionHolder) -> str:
    """Return "You see 3 organizations" for a limited user, and nothing for others."""
    return f"You see {scope_in_words(user)}" if user.is_authenticated and is_limited(user) else ""
