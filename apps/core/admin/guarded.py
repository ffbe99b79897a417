"""The part of our ModelAdmins that decides what an address may ask for; see address.py."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from apps.core.admin.address import UNREADABLE, DeclaredChangeList, filter_parameters
from apps.core.errors import AddressRefused
from apps.core.personal import conceals, is_personal


class GuardedAdmin:
    """Refuses whatever the address of a list or of a new record's form holds undeclared."""

    model: type[Model]
    # Parameters that links of other pages set and that no filter of the list shows:
    # "interval__id__exact".
    link_parameters: Sequence[str] = ()
    # Fields that the address of the form for a new record may fill in.
    initial_parameters: Sequence[str] = ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Allow what a filter of the list reads, unless it tells what the reader may not see."""
        if conceals() and is_personal(self.model, lookup):
            return False
        return lookup in filter_parameters(self, request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeclaredChangeList]:
        return DeclaredChangeList

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)  # type: ignore[misc]
        except UNREADABLE as error:
            if not request.GET:
                raise
            opts = self.model._meta
            raise AddressRefused(
                "A filter of this list has a value that it cannot read.",
                list_url=reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
            ) from error

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take from the address only what the ModelAdmin declares; Django takes any field."""
        given = super().get_changeform_initial_data(request)  # type: ignore[misc]
        return {name: value for name, value in given.items() if name in self.initial_parameters}
