"""Moving to the trash and restoring, of any number of records: `ToTrash` and `TrashAdmin` with jobs behind them.

class OrganizationAdmin(ToTrash):
    move_to_trash = trash_many(Organization)

class TrashedOrganizationAdmin(TrashAdmin):
    restore = restore_many(Organization)
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from apps.bulk.admin.offer import bulk_action
from apps.bulk.immediate import apply_now, message_of
from apps.bulk.trash_actions import RestoreRecords, TrashRecords
from apps.core.admin.confirm import confirmed
from apps.core.admin.trash.forms import RestoreForm
from apps.core.admin.trash.pages import ToTrash, TrashAdmin
from apps.core.models import SoftDeletableModel


def trash_many(model: type[SoftDeletableModel]) -> Any:
    return bulk_action(TrashRecords(model), sudo="bulk", at_once=ToTrash.move_to_trash)


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
            action=action, records=records, values={}, actor=request.user, reason=answer.reason
        )
        return message_of(action, outcome)

    return bulk_action(action, at_once=restore)
