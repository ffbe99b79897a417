"""Texts of others, as the reader may see them."""

from typing import Any

from django import template

from apps.core import personal

register = template.Library()


@register.filter
def readable(text: object) -> Any:
    """Mask the addresses and numbers in a text from who may not see personal data."""
    return personal.readable(text) if isinstance(text, str) else text
