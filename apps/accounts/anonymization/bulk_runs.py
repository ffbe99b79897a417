"""A person's name in the texts of bulk actions: reasons, and the search that selected the records."""

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from apps.accounts.anonymization.person import Person
from apps.bulk.models import BulkRun

_TEXTS = ("reason", "undo_reason", "error", "query")


def bulk_runs_erase(person: Person) -> int:
    """Remove what names the person; return from how many bulk actions."""
    stored = BulkRun.objects.annotate(searched=Cast("query", TextField()))
    found = Q()
    for text in (*person.words, *person.parts):
        for name in ("reason", "undo_reason", "error", "searched"):
            found |= Q(**{f"{name}__icontains": text})
    named = list(stored.filter(found)) if found else []
    for run in named:
        for name in _TEXTS:
            setattr(run, name, person.without(getattr(run, name)))
        run.save(update_fields=list(_TEXTS))
    return len(named)
