"""Deleting records of a model without a trash: what it also deletes, and what prevents it."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import NestedObjects, get_deleted_objects
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.errors import DomainError
from apps.core.wording import belongings, counted, listed

# Collecting the related objects of more records would load half the database into memory.
COLLECTED_AT_MOST = 500


def delete_action(
    label: str = "Delete", *, done: str = "deleted", explanation: str = "", icon: str = "delete"
) -> Any:
    """Return the `delete_records` of a ModelAdmin, whose button says what it does to the record."""

    @confirmed(
        permission="delete",
        description=label,
        icon=icon,
        danger=True,
        explanation=explanation,
        consequences=consequences,
        sudo="bulk",
    )
    def delete_records(
        self: Any, request: HttpRequest, queryset: QuerySet, answer: ConfirmationForm
    ) -> str:
        refuse_undeletable(self, request, queryset)
        message = f"{counted(queryset.count(), self.model)} {done}."
        self.delete_queryset(request, queryset)
        return message

    return delete_records


def consequences(queryset: QuerySet) -> list[str]:
    """Return the sentences of the confirmation page."""
    sentences = ["This can't be undone. Only the history is kept."]
    collector = NestedObjects(using=queryset.db, origin=queryset)
    collector.collect(list(queryset[:COLLECTED_AT_MOST]))
    counts = {model: len(records) for model, records in collector.data.items()}
    if others := belongings(counts, queryset.model):
        sentences.append(f"Also deleted: {others}.")
    return sentences


def refuse_undeletable(model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet) -> None:
    """Refuse to delete too many records, protected ones, or ones that the user may not delete."""
    records = list(queryset[: COLLECTED_AT_MOST + 1])
    if len(records) > COLLECTED_AT_MOST:
        raise DomainError(
            f"Delete at most {COLLECTED_AT_MOST} at once. Narrow the list with its filters."
        )
    _, _, not_permitted, protected = get_deleted_objects(records, request, model_admin.admin_site)
    if protected:
        raise DomainError(
            f"This is still used by {len(protected)} other records. Delete those first."
        )
    if not_permitted:
        raise DomainError(f"Your role can't delete {listed(sorted(map(str, not_permitted)))}.")
