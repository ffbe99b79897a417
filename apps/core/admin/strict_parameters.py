"""The part of our ModelAdmins that restricts the parameters of an address; see changelist.py."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from apps.core.admin.changelist import UNREADABLE, DeclaredChangeList, filter_parameters
from apps.core.admin.page_parameters import number_of
from apps.core.errors import AddressRefused
from apps.core.personal import conceals, is_personal


class StrictParametersAdmin:
    """Refuses undeclared parameters in the address of a list or of the form for a new record."""

    model: type[Model]
    # Parameters that links of other pages set and that no filter of the list shows:
    # "organization__id__exact".
    link_parameters: Sequence[str] = ()
    # Fields that the address of the form for a new record may fill in.
    initial_parameters: Sequence[str] = ()
    # Parameters of the page of a record, beside those of popups and of inlines with pages.
    page_parameters: Sequence[str] = ()

    def parameters_of_page(self, name: str, request: HttpRequest) -> Iterable[str] | None:
        """Return what the page of a stock view takes; None for the list, which refuses the rest itself."""
        if name == "changelist_view":
            return None
        if name in ("add_view", "change_view"):
            own = self.initial_parameters if name == "add_view" else self.page_parameters
            return {IS_POPUP_VAR, TO_FIELD_VAR, *own, *self._pages_of_inlines(request)}
        return {IS_POPUP_VAR, TO_FIELD_VAR} if name == "delete_view" else ()

    def _pages_of_inlines(self, request: HttpRequest) -> Iterable[str]:
        model_admin: Any = self
        # Some pages have inlines for stored records only.
        for inline_class in model_admin.get_inlines(request, model_admin.model()):
            inline = inline_class(model_admin.model, model_admin.admin_site)
            if getattr(inline, "per_page", None):
                name = f"{inline.get_formset(request).get_default_prefix()}-page"
                number_of(request, name)
                yield name

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest) -> bool:
        """Allow what a filter of the list reads, unless it reveals what the reader may not see."""
        if conceals() and is_personal(self.model, lookup):
            return False
        return lookup in filter_parameters(self, request)

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[DeclaredChangeList]:
        return DeclaredChangeList

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)  # type: ignore[misc]
        except UNREADABLE as error:
            if not request.GET:
                raise
            raise AddressRefused(
                "A filter of this list has an invalid value.",
                list_url=_list_url(self.model),
            ) from error

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Refuse invalid record keys: Django would pass them on to the database."""
        key: Any = self.model._meta.pk
        try:
            for value in request.POST.getlist(ACTION_CHECKBOX_NAME):
                key.get_prep_value(key.to_python(value))
        except (ValueError, ValidationError) as error:
            raise AddressRefused(
                "One of the selected records has an invalid ID.",
                list_url=_list_url(self.model),
            ) from error
        return super().response_action(request, queryset)  # type: ignore[misc]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take from the address only what the ModelAdmin declares; Django takes any field."""
        given = super().get_changeform_initial_data(request)  # type: ignore[misc]
        return {name: value for name, value in given.items() if name in self.initial_parameters}


def _list_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
