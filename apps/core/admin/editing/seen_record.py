"""Confirmation pages: the action is done to the record as it was shown.

The confirmation of one record carries a keyed digest of each field with a history. If a field
changed in the meantime, the page names it and asks again. A form that edits stored values (the
roles of a person) is compared and merged, as on change pages; see `ConfirmationForm.edits`.
"""

from django.db.models import Model
from django.utils.crypto import salted_hmac

from apps.core.admin.editing.conflicts import record_authors
from apps.core.admin.editing.merge_messages import at_words
from apps.core.admin.editing.opened_values import read, sign
from apps.core.admin.editing.values import frozen
from apps.core.authorship import watched_fields
from apps.core.model_meta import concrete_model, model_field
from apps.core.wording import listed

SEEN = "_seen"
_SALT = "core.seen"


def seen_token(action: str, record: Model) -> str:
    """Return a token of the record's state when the page was shown."""
    return sign(_about(action, record), _digests(record))


def state_digest(record: Model) -> str:
    """Return one digest of the record's watched fields: what its confirmation page and its form compare."""
    return salted_hmac(_SALT, repr(_digests(record))).hexdigest()[:32]


def changes_since(action: str, record: Model, token: str | None) -> list[str] | None:
    """Return the names of the fields that changed since the token was made.

    Returns None without a token for this record and this action.
    """
    seen = read(_about(action, record), token)
    if seen is None:
        return None
    now = _digests(record)
    return [name for name in now if name in seen and seen[name] != now[name]]


def describe_changes(record: Model, names: list[str]) -> str:
    """Return the sentence that the page shows before it asks again."""
    model = type(record)
    labels = listed(str(model_field(model, name).verbose_name) for name in names)
    authors = record_authors(model, record.pk, names)
    newest = max(authors.values(), key=lambda each: each.at, default=None)
    by = f" by {newest.actor} {at_words(newest)}" if newest else ""
    noun = model._meta.verbose_name
    return (
        f"The {labels} of this {noun} changed{by} after this page was shown. Nothing was "
        "changed. Check it again and confirm."
    )


def _about(action: str, record: Model) -> str:
    return f"{action}:{concrete_model(record)._meta.label_lower}:{record.pk}"


def _digests(record: Model) -> dict[str, str]:
    """Return a digest by field. It is keyed, because the reader may not be allowed to see every value."""
    fields = [model_field(record, name) for name in watched_fields(type(record))]
    return {
        field.name: salted_hmac(_SALT, repr(frozen(field.value_from_object(record)))).hexdigest()[
            :16
        ]
        for field in fields
    }
