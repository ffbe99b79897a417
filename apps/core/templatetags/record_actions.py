"""Splits a record's actions into buttons beside its name and a menu."""

from collections.abc import Sequence
from typing import Any

from django.template import Library
from unfold.enums import ActionVariant

register = Library()

# Besides *History*. Three buttons fit beside a name on a laptop.
DAILY = 2


@register.simple_tag
def split_record_actions(actions: Sequence[dict[str, Any]] | None) -> dict[str, list[Any]]:
    """Return `daily`, `others` and `dangerous`, each in the order in which the admin declares them."""
    safe = [action for action in actions or () if action["variant"] != ActionVariant.DANGER]
    dangerous = [action for action in actions or () if action["variant"] == ActionVariant.DANGER]
    return {"daily": safe[:DAILY], "others": safe[DAILY:], "dangerous": dangerous}
