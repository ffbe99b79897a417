"""Values as people read them, whatever page shows them."""

import json
from datetime import date, datetime
from decimal import Decimal

from django.template.defaultfilters import date as format_date
from django.utils import timezone


def value_words(value: object) -> str:
    """Return a stored value in words: moments in the reader's time zone, JSON on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return format_date(local, "M j, Y, H:i:s")
    if isinstance(value, date):
        return format_date(value, "M j, Y")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
