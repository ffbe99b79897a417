"""A merge of two records, or its undo, that moves more rows than one person may decide on."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, reverse

from apps.accounts.approvable.preview import ActionPreview, Line
from apps.accounts.approvable.registry import Approvable, Arguments, Page
from apps.accounts.approvals.backend import MERGE
from apps.bulk.merge_preview import preview_of
from apps.bulk.merge_rules import merge_kind
from apps.bulk.models import Merge
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.scope import sees_everything


class MergeRecords(Approvable):
    """`{"model", "kept", "dropped", "taken", "plan"}`, or `{"merge", "undo"}`."""

    kind = MERGE
    label = "Merge two records"
    word = "bulk"

    def why(self) -> str:
        return "it moves many records at once"

    def permissions_for(self, arguments: Arguments) -> Iterable[str]:
        return (merge_kind(_model(arguments)).permission,) if arguments else ()

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        if not arguments or sees_everything(user):
            return True
        model: Any = merge_kind(_model(arguments)).records
        return bool(model.objects.for_staff(user).filter(pk__in=_keys(arguments)).count() == 2)

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        model: Any = merge_kind(_model(arguments)).records
        return [("The two records", model._base_manager.filter(pk__in=_keys(arguments)))]

    def preview(self, arguments: Arguments) -> ActionPreview:
        kind = merge_kind(_model(arguments))
        model: Any = kind.records
        found = {str(each.pk): each for each in model._base_manager.filter(pk__in=_keys(arguments))}
        kept, dropped = (found.get(key) for key in _keys(arguments))
        if kept is None or dropped is None:
            raise DomainError("One of the two records no longer exists.")
        if "merge" in arguments:
            number = _merge(arguments).rows.count()
            sentence, told = f"Undo the merge of {dropped} into {kept}", []
        else:
            shown = preview_of(kind, kept, dropped, None)
            number = shown.number
            sentence = f"Merge {dropped} into {kept}"
            told = [kind.told, *(f"{line.rows} move." for line in shown.moves)]
        return ActionPreview(
            sentence=sentence,
            lines=[Line(str(each), _url(each), []) for each in (kept, dropped)],
            total=number,
            consequences=told,
            parts=self.parts(arguments),
        )

    def page(self, arguments: Arguments) -> Page | None:
        if "merge" not in arguments:
            return None
        return Page("See the merge", reverse("admin:bulk_merge_change", args=[arguments["merge"]]))

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        # Imported here: every process knows this action, but few run it.
        from apps.bulk.merge_services import merge_start, merge_undo

        if "merge" in arguments:
            merge_undo(merge=_merge(arguments), reason=reason, actor=actor)
            return "The merge was undone, or a worker is at it. Its page shows how far it is."
        merge_start(**arguments, reason=reason, actor=actor)
        return "The records are merged, or a worker is at it. Their pages link to the merge."


def _merge(arguments: Arguments) -> Merge:
    found = Merge.objects.filter(pk=arguments["merge"]).first()
    if found is None:
        raise DomainError("The merge no longer exists.")
    return found


def _model(arguments: Arguments) -> str:
    return str(arguments["model"] if "model" in arguments else _merge(arguments).model)


def _keys(arguments: Arguments) -> list[str]:
    if "merge" in arguments:
        merge = _merge(arguments)
        return [str(merge.kept), str(merge.dropped)]
    return [arguments["kept"], arguments["dropped"]]


def _url(record: Model) -> str:
    opts = record._meta
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
    except NoReverseMatch:
        return ""
