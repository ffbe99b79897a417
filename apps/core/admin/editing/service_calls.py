"""Stores a form's data: through the services that the ModelAdmin names, or column by column.

A service gets the form's cleaned data. Nothing is copied by hand, so a field that the service does
not know is a `TypeError` and not a silent loss. `create_service(*, <fields>, actor, reason)` gets
every field of the form and returns the record. `update_service(*, <record>, <changed fields>,
actor, reason)` gets the fields that the user changed. `delete_service(*, <record>, actor, reason)`
gets only the record. The record's argument is named after its model.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.forms import ModelForm
from django.forms.formsets import DELETION_FIELD_NAME

from apps.core.actors import Actor
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.model_meta import argument_of


def create(
    service: Callable[..., Any], form: ModelForm, *, actor: Actor, reason: str, **given: object
) -> None:
    """Create a record by its service; the form's instance becomes what was stored."""
    pk_name = form.instance._meta.pk.name
    left_out = {DELETION_FIELD_NAME, pk_name, *given}
    values = {name: value for name, value in form.cleaned_data.items() if name not in left_out}
    created = service(**values, **given, actor=actor, reason=reason)
    form.instance.pk = created.pk
    form.instance._state.adding = False
    # Django continues with its own instance.
    form.instance.refresh_from_db()


def update(
    service: Callable[..., Any], form: ModelForm, *, argument: str = "", actor: Actor, reason: str
) -> None:
    """Change a record by its service, if the user changed anything."""
    changes = {name: form.cleaned_data[name] for name in form.changed_data}
    if changes:
        record = {argument or argument_of(form.instance): form.instance}
        service(**record, **changes, actor=actor, reason=reason)


def save_rows(formset: VersionedFormSet, *, actor: Actor, reason: str) -> None:
    """Store the rows of an inline: new ones, changed ones in the inline's order, then removals."""
    inline = formset.inline
    formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
    removed = set(map(id, formset.deleted_forms))
    parent = {formset.fk.name: formset.instance}
    for form in formset.extra_forms:
        if form.has_changed() and id(form) not in removed:
            create(inline.create_service, form, actor=actor, reason=reason, **parent)
            formset.new_objects.append(form.instance)
    changed = [form for form in formset.initial_forms if id(form) not in removed]
    changed = [form for form in changed if form.has_changed()]
    for form in inline.in_order(changed):
        update(inline.update_service, form, actor=actor, reason=reason)
        formset.changed_objects.append((form.instance, form.changed_data))
    gone: Iterable[Any] = [form.instance for form in formset.initial_forms if id(form) in removed]
    for record in gone:
        inline.delete_service(**{argument_of(record): record}, actor=actor, reason=reason)
        formset.deleted_objects.append(record)
