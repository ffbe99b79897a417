"""A person's name in the texts of bulk actions and merges: reasons, searches, and the values to restore."""

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from apps.accounts.anonymization.person import Person
from apps.bulk.models import BulkRun, Merge, MergedRow

_TEXTS = ("reason", "undo_reason", "error", "query", "arguments")
_MERGE_TEXTS = ("reason", "undo_reason", "error")


def bulk_runs_erase(person: Person) -> int:
    """Remove what names the person; return from how many bulk actions."""
    stored = BulkRun.objects.annotate(
        searched=Cast("query", TextField()), asked_for=Cast("arguments", TextField())
    )
    found = Q()
    for text in (*person.words, *person.parts):
        for name in ("reason", "undo_reason", "error", "searched", "asked_for"):
            found |= Q(**{f"{name}__icontains": text})
    named = list(stored.filter(found)) if found else []
    for run in named:
        for name in _TEXTS:
            setattr(run, name, person.without(getattr(run, name)))
        run.save(update_fields=list(_TEXTS))
    return len(named)


def merges_erase(person: Person) -> int:
    """Remove what names the person, and the values that an undo of their own merges would restore.

    Returns from how many merges.
    """
    own = Merge.objects.filter(Q(kept=person.user.pk) | Q(dropped=person.user.pk))
    MergedRow.objects.filter(merge__in=own).delete()
    named = 0
    for merge in Merge.objects.order_by("pk").iterator():
        texts = {name: person.without(getattr(merge, name)) for name in _MERGE_TEXTS}
        if any(getattr(merge, name) != text for name, text in texts.items()):
            Merge.objects.filter(pk=merge.pk).update(**texts)
            named += 1
    return named
