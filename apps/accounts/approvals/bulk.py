"""Any action of a list on more records than one person may decide on."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, reverse

from apps.accounts.approvable.preview import SHOWN, ActionPreview, Line
from apps.accounts.approvable.registry import Approvable, Arguments
from apps.core.actors import PermissionHolder
from apps.core.admin.bulk import needed_permission, perform, records_of
from apps.core.errors import DomainError
from apps.core.locked_records import locked_keys
from apps.core.wording import counted

MOST = 20_000
# What a confirmation asks besides the values: neither is what is done.
_NOT_VALUES = {"reason", "typed"}


class ManyRecords(Approvable):
    """`{"model", "action", "label", "keys", "data"}`: the action and the form that was sent with it."""

    kind = "core.bulk"
    label = "Run an action on many records at once"
    word = "bulk"

    def why(self) -> str:
        return "it affects many records at once"

    def permissions_for(self, arguments: Arguments) -> Iterable[str]:
        if not arguments:
            return ()
        return (needed_permission(arguments["model"], arguments["action"]),)

    def chosen(self, arguments: Arguments) -> Any:
        model: Any = apps.get_model(arguments["model"])
        return model._base_manager.filter(pk__in=arguments["keys"])

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        if not arguments:
            return True
        seen = records_of(arguments["model"], arguments["action"], arguments["keys"], user)
        return seen.count() == self.chosen(arguments).count()

    def obstacle(self, user: PermissionHolder, arguments: Arguments) -> str:
        if not arguments:
            return ""
        model: Any = apps.get_model(arguments["model"])
        rows = model._default_manager.filter(pk__in=arguments["keys"])
        if not locked_keys(rows, user):
            return ""
        return (
            f"You can't change some of these {model._meta.verbose_name_plural}, so somebody else "
            "must decide."
        )

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        chosen = self.chosen(arguments)
        return [(str(chosen.model._meta.verbose_name_plural).capitalize(), chosen)]

    def preview(self, arguments: Arguments) -> ActionPreview:
        chosen = self.chosen(arguments).order_by("pk")
        total = len(arguments["keys"])
        return ActionPreview(
            sentence=f"{arguments['label']}: {counted(total, chosen.model)}",
            lines=[Line(str(record), _url(record)) for record in chosen[:SHOWN]],
            total=total,
            consequences=[
                f"{name.replace('_', ' ').capitalize()}: {', '.join(values)}."
                for name, values in sorted(arguments["data"].items())
                if name not in _NOT_VALUES and any(values)
            ],
            parts=self.parts(arguments),
        )

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        model, action, keys = arguments["model"], arguments["action"], arguments["keys"]
        return perform(model, action, keys, arguments["data"], actor, reason)


def arguments_of(
    records: QuerySet, action: str, label: str, data: dict[str, list[str]]
) -> Arguments:
    keys = sorted(str(key) for key in records.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        raise DomainError(
            f"A request can cover at most {MOST:,} records. Narrow the list with its filters."
        )
    model = records.model._meta.label_lower
    return {"model": model, "action": action, "label": label, "keys": keys, "data": data}


def _url(record: Model) -> str:
    opts = record._meta
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
    except NoReverseMatch:
        return ""
