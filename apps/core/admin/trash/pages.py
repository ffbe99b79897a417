"""Admin classes of the trash: moving records to it, its list, and restoring.

The admin of a soft-deletable model is a `ToTrash`; the admin of its proxy (`trash_proxy`) is a
`TrashAdmin`. Nothing else is needed: the services, the permissions, and the approvals come with the
model. An admin whose model has a rule of its own names another service.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model, OuterRef, QuerySet, Subquery, Value
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY, moment_column, phrase, record_link
from apps.core.admin.read_only import ReadOnly
from apps.core.admin.trash.forms import RestoreForm, ToTrashForm, trash_message
from apps.core.model_meta import concrete_model
from apps.core.models import SoftDeletableModel
from apps.core.personal import readable
from apps.core.trash.moves import Counts
from apps.core.trash.proxies import has_trash_proxy, trash_proxy_of
from apps.core.trash.reach import count_purge, count_restore, hidden_with
from apps.core.trash.services import (
    records_purge,
    records_restore,
    records_trash,
    trash_action,
)
from apps.core.wording import belongings, belongings_sentence, counted


def purging(queryset: QuerySet) -> list[str]:
    return [
        "This can't be undone.",
        *belongings_sentence("Also deleted", count_purge(queryset), queryset.model),
        "Only the history is kept.",
    ]


def name_or_number(queryset: QuerySet) -> str:
    """The text to type: the name of one record, or the number of several."""
    count = queryset.count()
    return str(queryset.get()) if count == 1 else str(count)


class ToTrash(BaseAdmin):
    """Deleting moves records to the trash. The stock delete page is not reachable."""

    moves_to_trash = True
    trash_service: Callable[..., Counts] = staticmethod(records_trash)
    actions = ["move_to_trash"]
    actions_list = ["open_trash"]
    actions_row = ["move_to_trash"]
    actions_detail = ["move_to_trash"]

    @confirmed(
        permission="delete",
        description="Move to trash",
        icon="delete",
        danger=True,
        form_class=ToTrashForm,
        sudo="bulk",
    )
    def move_to_trash(
        self, request: HttpRequest, queryset: QuerySet, answer: ConfirmationForm
    ) -> str:
        counts = self.trash_service(records=queryset, actor=request.user, reason=answer.reason)
        return f"{_said(counts, self.model)} moved to the trash."

    @action(description="Trash", icon="delete", permissions=["view"])
    def open_trash(self, request: HttpRequest) -> HttpResponse:
        opts = trash_proxy_of(self.model)._meta
        return HttpResponseRedirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))

    @property
    def approval_kinds(self) -> dict[str, str]:
        return {"move_to_trash": trash_action("trash", self.model)}

    def after_save(self, request: HttpRequest, form: ModelForm, *, change: bool) -> None:
        # A new record may also have values that its form left empty, such as a slug.
        given = form.changed_data if change else [field.name for field in self.opts.fields]
        for sentence in trash_message(request.user, form.instance, given):
            messages.warning(request, sentence)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response: HttpResponse = self.move_to_trash(request, object_id=object_id)
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_records", None)
        return actions


def _said(counts: Counts, model: type[Model]) -> str:
    others = belongings(counts, model)
    return f"{counted(counts[model], model)}{f', with {others},' if others else ''}"


def _is_relation(model: type[Model], name: str) -> bool:
    return any(field.name == name and field.is_relation for field in model._meta.fields)


def _reason(model: type[Model]) -> Any:
    """Return the reason that the history keeps of the act that moved a record to the trash."""
    history: Any = getattr(concrete_model(model), "history", None)
    if history is None:
        return Value("")
    act = history.filter(id=OuterRef("pk"), trash_id=OuterRef("trash_id")).order_by("history_id")
    return Subquery(act.values("history_change_reason")[:1])


class TrashAdmin(ReadOnly, BaseAdmin):
    """The trash of a model: who moved what to it and when. Read-only, with actions to restore and to purge."""

    is_trash = True
    model: type[SoftDeletableModel]
    restore_service: Callable[..., Counts] = staticmethod(records_restore)
    purge_service: Callable[..., Counts] = staticmethod(records_purge)
    trash_columns: list[str] = []
    empty_text = "Records in the trash stay here until they are restored or deleted for good."
    ask_reason = False
    ordering = ["-deleted_at"]
    actions = ["restore", "purge"]
    actions_row = ["restore", "purge"]
    actions_detail = ["restore", "purge"]
    list_select_related = ["deleted_by"]
    # The page of a record links to what went along.
    link_parameters = ["trash_id__exact"]

    deleted_moment = moment_column("deleted_at", description="moved")

    @display(description="name")
    def name_column(self, record: SoftDeletableModel) -> str:
        return str(record)

    @display(description="by")
    def deleted_by_link(self, record: SoftDeletableModel) -> str:
        return record_link(record.deleted_by)

    @display(description="reason")
    def trash_reason(self, record: SoftDeletableModel) -> SafeString | str:
        # Annotated by `get_queryset`.
        return phrase(readable(getattr(record, "reason", "") or "")) or EMPTY

    @display(description="went along")
    def went_along(self, record: SoftDeletableModel) -> SafeString | str:
        rows = type(record)._base_manager.filter(pk=record.pk)
        counts = count_restore(rows) + hidden_with(rows)
        went = [
            self._kind_link(record, model, number)
            for model, number in counts.items()
            if number and model is not concrete_model(record)
        ]
        return format_html_join(", ", "{}", ((each,) for each in went)) or "Nothing"

    @staticmethod
    def _kind_link(record: SoftDeletableModel, model: type[Model], number: int) -> SafeString | str:
        """Say how many records of a kind went along, as a link to them if the kind has a trash."""
        words = counted(number, model)
        if not has_trash_proxy(model):
            return words
        opts = trash_proxy_of(model)._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        link = '<a href="{}?trash_id__exact={}" class="qd-link">{}</a>'
        return format_html(link, url, record.trash_id, words)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return ["deleted_moment", "deleted_by_link", "trash_reason", "went_along"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_fields(request, obj), "trash_reason", "went_along"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        moved = ["deleted_moment", "deleted_by_link", "trash_reason"]
        return ["name_column", *self.trash_columns, *moved]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        trashed: Any = self.model._meta.concrete_model.all_objects.in_trash()  # type: ignore[union-attr]
        relations = [name for name in self.trash_columns if _is_relation(self.model, name)]
        found: QuerySet[Any] = trashed.for_staff(request.user)
        return found.annotate(reason=_reason(self.model)).select_related("deleted_by", *relations)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._base_permission(request, "view")

    def has_restore_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._base_permission(request, "restore")

    def has_purge_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._base_permission(request, "purge")

    @property
    def approval_kinds(self) -> dict[str, str]:
        return {"purge": trash_action("purge", self.model)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _base_permission(self, request: HttpRequest, verb: str) -> bool:
        """The trash has no permissions of its own: it uses those of the model."""
        return request.user.has_perm(trash_action(verb, self.model))

    @confirmed(
        permission="restore",
        description="Restore",
        icon="restore_from_trash",
        form_class=RestoreForm,
        reason="optional",
    )
    def restore(self, request: HttpRequest, queryset: QuerySet, answer: RestoreForm) -> str:
        counts = self.restore_service(
            records=queryset, actor=request.user, reason=answer.reason, names=answer.new_names()
        )
        return f"{_said(counts, concrete_model(self.model))} restored."

    @confirmed(
        permission="purge",
        description="Delete for good",
        icon="delete_forever",
        danger=True,
        consequences=purging,
        typed=name_or_number,
        sudo=True,
    )
    def purge(self, request: HttpRequest, queryset: QuerySet, answer: ConfirmationForm) -> str:
        counts = self.purge_service(records=queryset, actor=request.user, reason=answer.reason)
        return f"{_said(counts, concrete_model(self.model))} deleted for good."
