"""System checks: every ModelAdmin form knows the values that it was opened with."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import InlineModelAdmin
from django.core.checks import CheckMessage, Error, Warning

from apps.core.admin.editing.forms import VersionedModelForm
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.admin.editing.rows import VersionedRowForm

_ROW_SERVICES = ("create_service", "update_service", "delete_service")


def check_versions(model_admin: ModelAdmin) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not issubclass(model_admin.form, VersionedModelForm):
        found.append(_error(model_admin, "form", VersionedModelForm, "E131"))
    if model_admin.list_editable:
        found.append(
            Warning(
                f"{type(model_admin).__name__}.list_editable works, but a list carries no version of "
                "its rows, so that edits of two people overwrite each other.",
                hint="Offer an action (`bulk_action`), or an inline.",
                obj=type(model_admin),
                id="admin.W132",
            )
        )
    for inline in model_admin.inlines:
        found += _check_inline(inline)
    return found


def _check_inline(inline: type[InlineModelAdmin]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not issubclass(inline.form, VersionedRowForm):
        found.append(_error(inline, "form", VersionedRowForm, "E133"))
    if not issubclass(inline.formset, VersionedFormSet):
        found.append(_error(inline, "formset", VersionedFormSet, "E134"))
    named = [name for name in _ROW_SERVICES if getattr(inline, name, None)]
    if named and len(named) != len(_ROW_SERVICES):
        found.append(
            Error(
                f"{inline.__name__} names {', '.join(named)}: name all of {', '.join(_ROW_SERVICES)}.",
                obj=inline,
                id="admin.E135",
            )
        )
    return found


def _error(owner: Any, attribute: str, base: type, code: str) -> CheckMessage:
    owner = owner if isinstance(owner, type) else type(owner)
    return Error(
        f"{owner.__name__}.{attribute} is not a {base.__name__}, so that two people who change one "
        "record overwrite each other.",
        hint=f"Derive it from {base.__module__}.{base.__name__}.",
        obj=owner,
        id=f"admin.{code}",
    )
