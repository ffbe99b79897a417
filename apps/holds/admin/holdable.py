"""What the page and the list of a guarded model show of legal holds, and the two actions.

class ProjectAdmin(Holdable, ToTrash):
    actions_detail = ["move_to_trash", *HOLD_ACTIONS]
"""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY, WAITING, label
from apps.core.errors import DomainError
from apps.holds.selectors import any_hold, is_held, own_hold
from apps.holds.services import legal_hold_lift, legal_hold_set

HOLD_ACTIONS = ("set_legal_hold", "lift_legal_hold")
_COLUMN = "legal_hold_label"


def _has_none(record: Model) -> bool:
    return own_hold(record) is None


def _has_one(record: Model) -> bool:
    return own_hold(record) is not None


class Holdable(BaseAdmin):
    """The badge in the list appears only while something is under legal hold."""

    @confirmed(
        permission="holds.set_legalhold",
        description="Set legal hold",
        icon="gavel",
        explanation=(
            "Until somebody lifts the hold, nobody can delete this record for good, nor anything that "
            "belongs to it: no person, no schedule, and no program. It can still be changed."
        ),
        when=_has_none,
        in_row_menu=False,
        sudo=True,
    )
    def set_legal_hold(
        self, request: HttpRequest, records: QuerySet[Any], answer: ConfirmationForm
    ) -> str:
        record = records.get()
        legal_hold_set(record=record, reason=answer.reason, actor=request.user)
        return f"“{record}” is under legal hold."

    @confirmed(
        permission="holds.lift_legalhold",
        description="Lift legal hold",
        icon="lock_open",
        danger=True,
        explanation="The record, and what belongs to it, can be deleted for good again.",
        when=_has_one,
        in_row_menu=False,
        sudo=True,
    )
    def lift_legal_hold(
        self, request: HttpRequest, records: QuerySet[Any], answer: ConfirmationForm
    ) -> str:
        record = records.get()
        hold = own_hold(record)
        if hold is None:
            raise DomainError(f"“{record}” is not under legal hold.")
        legal_hold_lift(hold=hold, reason=answer.reason, actor=request.user)
        return f"The legal hold on “{record}” is lifted."

    @display(description="legal hold")
    def legal_hold_label(self, record: Model) -> SafeString | str:
        return label("Legal hold", WAITING) if getattr(record, "is_held", False) else EMPTY

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_display(request), *self.hold_columns(request)]

    def hold_columns(self, request: HttpRequest) -> list[str]:
        """Return the column of the badge, while any record is held."""
        found: bool | None = getattr(request, "any_legal_hold", None)
        if found is None:
            found = request.any_legal_hold = any_hold()  # type: ignore[attr-defined]
        return [_COLUMN] if found else []

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        # An export has no page of the list.
        if hasattr(found, "result_list"):
            # The rows stay a query set: a list that is edited in place asks for its order.
            shown = found.result_list
            held = set()
            if self.hold_columns(request):
                rows = self.model._base_manager.filter(pk__in=[record.pk for record in shown])
                held = set(rows.filter(is_held(self.model)).values_list("pk", flat=True))
            for record in shown:
                record.is_held = record.pk in held
        return found
