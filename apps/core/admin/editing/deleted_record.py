"""A form whose record no longer exists when it is posted: nothing that was typed is lost."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from apps.core.admin.editing.display_values import label_of, posted_words, stored_words
from apps.core.admin.editing.opened_values import NAME, OpenedValues, read
from apps.core.admin.editing.values import thawed
from apps.core.model_meta import concrete_model


def gone_response(model_admin: ModelAdmin, request: HttpRequest, key: str) -> HttpResponse | None:
    """Return a page with the user's input, or nothing if this was not a form that they had opened."""
    opts = model_admin.opts
    about = f"{concrete_model(model_admin.model)._meta.label_lower}:{key}"
    content = read(about, request.POST.get(NAME)) if request.method == "POST" else None
    if content is None or not model_admin.has_change_permission(request):
        return None
    if OpenedValues(*content).by != str(request.user.pk):
        # A form that a colleague opened must not reveal what exists.
        return None
    request.current_app = model_admin.admin_site.name
    noun = opts.verbose_name
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"This {noun} no longer exists",
        "opts": opts,
        "noun": noun,
        "typed": _typed(model_admin, request, key, content),
        "reason": request.POST.get("_reason", ""),
        "list_url": reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
    }
    return TemplateResponse(request, "core/editing/gone.html", context, status=409)


def _typed(
    model_admin: ModelAdmin, request: HttpRequest, key: str, content: Sequence[Any]
) -> list[tuple[str, str, str]]:
    """Return, for each field that the user changed, its label, its old value, and what was typed."""
    record = _as_opened(model_admin.model, key, content[0])
    fields = flatten_fieldsets(model_admin.get_fieldsets(request, record))
    form_class = model_admin.get_form(request, record, change=True, fields=fields)
    form = form_class(request.POST, request.FILES, instance=record)
    form.take(content)
    return [
        (label_of(form, name), stored_words(form, name, each.was), posted_words(form, name))
        for name, each in form.compared.items()
        if each.is_touched
    ]


def _as_opened(model: type[Model], key: str, values: dict[str, Any]) -> Any:
    """Return the record as it was when the form was opened, to build the form again."""
    columns = {field.name: field for field in model._meta.concrete_fields}
    record = model(pk=model._meta.pk.to_python(key))
    for name, value in values.items():
        if name in columns:
            setattr(record, columns[name].attname, thawed(value))
    record._state.adding = False
    return record
