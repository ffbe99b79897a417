"""Moving to the trash and restoring, of any number of records: `ToTrash` and `TrashAdmin` with jobs behind them.

class OrganizationAdmin(ToTrash):
    move_to_trash = trash_many(Organization)

class TrashedOrganizationAdmin(TrashAdmin):
    restore = restore_many(Organization)
    purge = purge_many(Organization)
"""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from apps.bulk.admin.offer import BulkForm, bulk_action, told
from apps.bulk.immediate import apply_now
from apps.bulk.purge_actions import PurgeRecords
from apps.bulk.trash_actions import RestoreRecords, TrashRecords
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.trash.forms import RestoreForm, as_stored, taken_field
from apps.core.admin.trash.pages import ToTrash, TrashAdmin, name_or_number, purging
from apps.core.errors import DomainError
from apps.core.model_meta import concrete_model
from apps.core.models import SoftDeletableModel
from apps.core.trash.unique_values import clashes_of_trashed
from apps.core.wording import counted
from apps.holds.selectors import HELD, is_held


def trash_many(model: type[SoftDeletableModel]) -> Any:
    return bulk_action(TrashRecords(model), sudo="bulk", at_once=ToTrash.move_to_trash)


class RestoreManyForm(BulkForm):
    """Asks what to do with taken names, if there are any among the selected records."""

    taken: Any = taken_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A worker has no selection, and reads what was posted.
        if self.queryset is not None and not any(clashes_of_trashed(as_stored(self.queryset))):
            del self.fields["taken"]


class PurgeForm(ConfirmationForm):
    """Lists what is deleted along, and what a legal hold keeps."""

    def consequences(self) -> list[str]:
        model = self.queryset.model
        held = self.queryset.filter(is_held(model))
        number = held.count()
        if number == len(self.queryset):
            return [HELD]
        kept = left_alone(number, model)
        return [*([kept] if kept else []), *purging(self.queryset.exclude(is_held(model)))]


def left_alone(held: int, model: type[Model]) -> str:
    """Return the sentence about records that a legal hold keeps; nothing if there are none."""
    if not held:
        return ""
    return (
        f"{counted(held, concrete_model(model))} {'is' if held == 1 else 'are'} left alone: {HELD}"
    )


def purge_many(model: type[SoftDeletableModel]) -> Any:
    """Return the action that deletes for good what no legal hold keeps."""
    of_all = TrashAdmin.purge.confirmation["function"]
    action = PurgeRecords(model)

    @confirmed(
        permission="purge",
        description=action.label,
        icon="delete_forever",
        danger=True,
        form_class=PurgeForm,
        when=lambda record: not model._base_manager.filter(is_held(model), pk=record.pk).exists(),
        typed=name_or_number,
        sudo=True,
    )
    def purge(
        model_admin: TrashAdmin, request: HttpRequest, records: QuerySet[Any], answer: PurgeForm
    ) -> str:
        held = records.filter(is_held(model)).count()
        if held == len(records):
            raise DomainError(HELD)
        done = str(of_all(model_admin, request, records.exclude(is_held(model)), answer))
        return f"{done} {left_alone(held, model)}".strip()

    return bulk_action(action, danger=True, sudo=True, at_once=purge)


def restore_many(model: type[SoftDeletableModel]) -> Any:
    """Return the action that restores what it can. One record alone is refused with the way out."""
    action = RestoreRecords(model)
    of_one = TrashAdmin.restore.confirmation["function"]

    @confirmed(
        permission="restore",
        description=action.label,
        icon="restore_from_trash",
        form_class=RestoreForm,
        reason=action.reason,
    )
    def restore(
        model_admin: TrashAdmin, request: HttpRequest, records: QuerySet[Any], answer: RestoreForm
    ) -> str:
        if len(records[:2]) < 2:
            return str(of_one(model_admin, request, records, answer))
        outcome = apply_now(
            action=action,
            records=records,
            values={"taken": answer.taken},
            actor=request.user,
            reason=answer.reason,
        )
        return told(action, outcome)

    return bulk_action(action, form_class=RestoreManyForm, at_once=restore)
