"""Template filter for texts that may contain personal data."""

from typing import Any

from django import template

from apps.core import personal

register = template.Library()


@register.filter
def readable(text: object) -> Any:
    """Mask the addresses and numbers in a text for readers who may not see personal data."""
    return personal.readable(text) if isinstance(text, str) else text
