"""The trash of a model, with the day on which a record will be deleted for good."""

from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.core.admin.display import moment
from apps.core.admin.trash.pages import TrashAdmin
from apps.core.models import SoftDeletableModel
from apps.holds.selectors import any_hold, is_held
from apps.retention.models import TrashNotice
from apps.retention.selectors import goes_at


class EmptiedTrashAdmin(TrashAdmin):
    @display(description="deleted for good on")
    def goes_on(self, record: SoftDeletableModel) -> SafeString | str:
        told_at = getattr(record, "told_at", None)
        at = goes_at(record.deleted_at, told_at) if record.deleted_at else None
        if at is None:
            return "Never"
        # A list has asked for all its records at once.
        held = getattr(record, "is_held", None)
        if held is None:
            rows = self.model._base_manager.filter(pk=record.pk)
            held = any_hold() and rows.filter(is_held(self.model)).exists()
        if held:
            return "Not while it is held"
        return moment(timezone.localdate(at))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        told = TrashNotice.objects.filter(trash_id=OuterRef("trash_id")).values("told_at")
        return super().get_queryset(request).annotate(told_at=Subquery(told[:1]))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_display(request), "goes_on"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_fields(request, obj), "goes_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), "goes_on"]
