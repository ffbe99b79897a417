"""The display helpers of lists, for templates."""

from datetime import date, datetime

from django.template import Library
from django.utils.safestring import SafeString

from apps.core.admin import display

register = Library()


@register.filter
def moment(value: datetime | date | None) -> SafeString | str:
    """A time as "3 hours ago", with the exact one on hover."""
    return display.moment(value)


@register.filter
def colored(text: object, color: str) -> SafeString:
    """A word as a colored label: `{{ run.get_state_display|colored:"danger" }}`."""
    return display.label(text, color)
