"""The templates that higher apps add to a page of the admin."""

from django.template import Library

from apps.core.admin import additions

register = Library()


@register.simple_tag
def added_templates(place: str) -> list[str]:
    """Return the names of the templates for "list", "record", or "head"."""
    return additions.added_templates(place)
