"""Which actions of a record stand beside its name, and which in the menu."""

from collections.abc import Sequence
from typing import Any

from django.template import Library
from unfold.enums import ActionVariant

register = Library()

# Beside *History*; three buttons fit beside a name on a laptop.
DAILY = 2


@register.simple_tag
def split_record_actions(actions: Sequence[dict[str, Any]] | None) -> dict[str, list[Any]]:
    """Return `daily`, `others` and `dangerous`, each in the order in which the admin declares them."""
    safe = [action for action in actions or () if action["variant"] != ActionVariant.DANGER]
    dangerous = [action for action in actions or () if action["variant"] == ActionVariant.DANGER]
    return {"daily": safe[:DAILY], "others": safe[DAILY:], "dangerous": dangerous}
