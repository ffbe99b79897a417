"""allauth's forms in Unfold's look."""

from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from unfold.widgets import INPUT_CLASSES

from apps.accounts.signin import sudo

register = template.Library()


@register.inclusion_tag("account/field.html")
def account_field(field: BoundField, label: str = "", help_text: str = "", **attrs: str) -> Any:
    """Show a field with its label, its errors, and attributes such as `autocomplete`."""
    given = {name: value for name, value in attrs.items() if value}
    if field.errors or help_text:
        given["aria-describedby"] = f"{field.id_for_label}_notes"
    if field.errors:
        given["aria-invalid"] = "true"
    widget = field.as_widget(
        attrs={"class": " ".join(INPUT_CLASSES), "placeholder": "", **given},
    )
    return {
        "field": field,
        "widget": widget,
        "label": label or field.label,
        "help_text": help_text,
    }


@register.simple_tag(takes_context=True)
def sudo_until(context: Context) -> datetime | None:
    """Return when sudo mode ends in this session; nothing if it is off."""
    request = context.get("request")
    if request is None or not hasattr(request, "session"):
        return None
    return sudo.fresh_until(request)
