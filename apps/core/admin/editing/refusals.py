"""Refusals of a change form: without the reason that it requires, or in the words of a service."""

from django.forms import ModelForm
from django.http import HttpRequest

from apps.core.admin.editing.admin import reason_of
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.errors import DomainError


def demand_reason(request: HttpRequest) -> None:
    """Refuse a change form that came without a reason."""
    if not reason_of(request):
        raise DomainError("A reason is required. Enter it below.")


def asks_for_reason(formset: VersionedFormSet) -> bool:
    """Tell whether inline rows are removed, or changed in an inline whose rows require a reason."""
    changed = any(form.has_changed() for form in formset.initial_forms)
    is_required = getattr(formset.inline, "reason_required", False)
    return bool(getattr(formset, "deleted_forms", ())) or (is_required and changed)


def refused(form: type[ModelForm], message: str) -> type[ModelForm]:
    """Return a form class that is never valid, for the reason given."""

    class RefusedForm(form):  # type: ignore[misc, valid-type]
        def _post_clean(self) -> None:
            super()._post_clean()
            self.add_error(None, message)

    return RefusedForm
