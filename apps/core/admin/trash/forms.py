"""Confirmation forms for moving records to the trash and restoring them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core.actors import PermissionHolder, holds
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import record_link
from apps.core.admin.scoped_admin import in_scope
from apps.core.admin.trash.records import trash_link, trash_url
from apps.core.trash.proxies import trash_proxy_of
from apps.core.trash.reach import count_hidden, count_restore, count_trash
from apps.core.trash.relations import many_to_many_relations
from apps.core.trash.services import trash_action
from apps.core.trash.unique_values import (
    Clash,
    clashes_of_new_values,
    clashes_of_trashed,
    free_value,
)
from apps.core.visibility import trash_paths
from apps.core.wording import belongings_sentence, counted, names

LEAVE, RENAME = "leave", "rename"


class ToTrashForm(ConfirmationForm):
    """Lists what moves along, what is hidden in the meantime, and what refers to it."""

    def consequences(self) -> list[str]:
        model = self.queryset.model
        return [
            *belongings_sentence("Also moved to the trash", count_trash(self.queryset), model),
            *belongings_sentence("Hidden until it is restored", count_hidden(self.queryset), model),
            *self._named(),
            "Everything can be restored in one step.",
        ]

    def _named(self) -> Iterator[str]:
        """Say which other records refer to these: they stay, and ignore them until they are restored."""
        keys = self.queryset.order_by().values("pk")
        for other, field in many_to_many_relations(self.queryset.model):
            found: Any = in_scope(other._default_manager.all(), self.request.user)
            found = found.filter(**{f"{field}__in": keys}).order_by().distinct()
            if not (number := found.count()):
                continue
            opts = other._meta
            shown = self.request.user.has_perm(f"{opts.app_label}.view_{opts.model_name}")
            which = f" ({names(found)}{', …' if number > 3 else ''})" if shown else ""
            noun = f"{counted(number, other)}{which}"
            yield (
                f"{noun} refers to it, and ignores it until it is restored."
                if number == 1
                else f"{noun} refer to it, and ignore it until it is restored."
            )


class RestoreForm(ConfirmationForm):
    """Lists what is restored, and what prevents it. Offers one record another name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trashed = as_stored(self.queryset)
        self.clashes = list(clashes_of_trashed(self.trashed))
        self.renamed = self._renamed() if self._may_rename() else {}
        fields: dict[str, Any] = {
            f"as_{name}": forms.CharField(
                label=f"Restore under the {clash.field.verbose_name}",
                required=False,
                initial=free_value(clash),
                max_length=clash.field.max_length,
                widget=UnfoldAdminTextInputWidget(),
                help_text=f"Instead of “{clash.value}”. This one is free.",
            )
            for name, clash in self.renamed.items()
        }
        if self.clashes and not self.renamed and self._may_rename():
            fields["taken"] = taken_field()
        self.fields = {**fields, **self.fields}

    def new_names(self) -> dict[str, str]:
        """Return the entered names by field."""
        given = {name: self.cleaned_data.get(f"as_{name}", "").strip() for name in self.renamed}
        return {name: value for name, value in given.items() if value}

    @property
    def taken(self) -> str:
        """What happens to records whose names are taken, if several are restored."""
        return str(self.cleaned_data.get("taken") or LEAVE)

    def consequences(self) -> list[str]:
        model = self.queryset.model
        return [
            *(self._in_the_way(clash) for clash in self.clashes),
            *self._orphans(),
            *belongings_sentence("Also restored", count_restore(self.queryset), model),
        ]

    def _in_the_way(self, clash: Clash) -> str:
        user = self.request.user
        seen = in_scope(type(clash.live)._default_manager.all(), user)
        taker = record_link(clash.live) if seen.filter(pk=clash.live.pk).exists() else ""
        label = clash.field.verbose_name
        way_out = f"enter another {label} below, or change that one"
        if not self._may_rename():
            way_out = "change that one first, or leave this one in the trash"
        elif not self.renamed:
            way_out = "choose below to restore it under another name, or restore it by itself"
        return format_html(
            "“{}” can't be restored as it is, because the {} “{}” is taken by {}. To "
            "restore it, {}.",
            clash.trashed,
            label,
            clash.value,
            taker or f"another {clash.live._meta.verbose_name}",
            way_out,
        )

    def _orphans(self) -> Iterator[str]:
        for path in filter(None, trash_paths(self.trashed.model)):
            above = self.trashed.filter(**{f"{path}__deleted_at__isnull": False})
            for record in above.select_related(path)[:3]:
                owner: Any = record
                for name in path.split("__"):
                    owner = getattr(owner, name)
                yield format_html(
                    "“{}” can't be restored yet, because it belongs to {}, which is in "
                    "the trash. {}.",
                    record,
                    trash_link(self.request.user, owner),
                    restore_link(self.request.user, owner),
                )

    def _may_rename(self) -> bool:
        opts = self.trashed.model._meta
        return bool(self.request.user.has_perm(f"{opts.app_label}.change_{opts.model_name}"))

    def _renamed(self) -> dict[str, Clash]:
        if len(self.trashed[:2]) != 1:
            return {}
        return {clash.field.name: clash for clash in self.clashes}


def taken_field() -> forms.ChoiceField:
    """Return the field that asks what to do with records whose names are taken."""
    return forms.ChoiceField(
        label="If a name is taken",
        required=False,
        choices=[
            (LEAVE, "Leave that record in the trash, and list it"),
            (RENAME, "Restore it under another name, which ends with digits of its ID"),
        ],
        initial=LEAVE,
        widget=UnfoldAdminSelectWidget(),
    )


def restore_link(user: PermissionHolder, owner: Model) -> SafeString | str:
    """Return "Restore Harbor first", as a link for those who may."""
    page = trash_url(user, owner)
    words = f"Restore {owner} first"
    if not page or not holds(user, trash_action("restore", type(owner))):
        return words
    opts = trash_proxy_of(type(owner))._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_restore", args=[owner.pk])
    return format_html('<a href="{}" class="qd-link">{}</a>', url, words)


def trash_message(user: PermissionHolder, record: Model, changed: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each record of the trash that cannot come back because of this one."""
    for clash in clashes_of_new_values(record, changed):
        seen = (
            in_scope(type(clash.trashed).all_objects.all(), user)
            .filter(pk=clash.trashed.pk)
            .exists()
        )
        trashed = (
            trash_link(user, clash.trashed) if seen else f"another {record._meta.verbose_name}"
        )
        label = clash.field.verbose_name
        yield format_html(
            "The {} “{}” is also that of {} in the trash. To restore that record, you will need to "
            "choose another {} for it.",
            label,
            clash.value,
            trashed,
            label,
        )


def as_stored(queryset: QuerySet[Any]) -> Any:
    """Return the same records of the concrete model, without a list's order and joins."""
    model: Any = queryset.model._meta.concrete_model
    keys = [record.pk for record in queryset] if queryset.query.is_sliced else queryset.values("pk")
    return model.all_objects.filter(pk__in=keys)
