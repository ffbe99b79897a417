"""The legal holds on the record of a page."""

from django.db.models import Model
from django.template import Library

from apps.core.actors import PermissionHolder
from apps.holds.models import LegalHold
from apps.holds.selectors import holds_on

register = Library()


@register.simple_tag
def legal_holds(record: Model | None, reader: PermissionHolder) -> list[LegalHold]:
    """Return the holds that keep a record, each with `by_itself`; none for another model."""
    found = holds_on(record) if isinstance(record, Model) else []
    for hold in found:
        hold.by_itself = record is not None and hold.subject_id == record.pk  # type: ignore[attr-defined]
    return found
