"""The search behind a select of records, for the declared fields only.

Django's own view answers for any relation of any model, registered or not.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.db.models import Field, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from unfold.contrib.filters.admin.mixins import AutocompleteMixin

from apps.core.admin.page_parameters import takes
from apps.core.admin.paging.fetch import fetch
from apps.core.admin.paging.order import keys_of
from apps.core.admin.paging.search import fetch_matches
from apps.core.discovery import full_site
from apps.core.personal import readable
from apps.core.search import search_of

LONGEST_TERM = 200
# Nobody scrolls further; typing another letter is quicker.
MOST_PAGES = 25
_of_forms: set[tuple[str, str]] = set()


@dataclass(frozen=True)
class _Page:
    """What Django's view asks of a page."""

    more: bool

    def has_next(self) -> bool:
        return self.more


def autocompleted(field: Field) -> Field:
    """Declare at import time that a form outside the admin searches the records of `field`."""
    _of_forms.add((field.model._meta.label_lower, field.name))
    return field


@takes("app_label", "model_name", "field_name", "term", "page")
def autocomplete(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = DeclaredAutocomplete.as_view(admin_site=full_site())(request)
    return response


class DeclaredAutocomplete(AutocompleteJsonView):
    def process_request(self, request: HttpRequest) -> Any:
        app_label, model_name = request.GET.get("app_label", ""), request.GET.get("model_name", "")
        asked = f"{app_label}.{model_name}".lower(), request.GET.get("field_name", "")
        if asked not in _declared(request):
            raise PermissionDenied
        term, *others = super().process_request(request)
        return term[:LONGEST_TERM], *others

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Find the records of one page, with a look at whether there are more, and count nothing."""
        number = self._page_number()
        keys = keys_of(queryset, self._order(queryset))
        wanted = number * page_size + 1
        if search_of(queryset) is None:
            rows = fetch(queryset, keys, None, wanted)
        else:
            rows = fetch_matches(queryset, keys, None, wanted).rows
        shown = rows[(number - 1) * page_size : number * page_size]
        found = queryset.model._base_manager.in_bulk([row.pk for row in shown])
        records = [found[row.pk] for row in shown if row.pk in found]
        return None, _Page(len(rows) == wanted and number < MOST_PAGES), records, True

    def _page_number(self) -> int:
        given = self.request.GET.get("page", "")
        number = int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else 1
        if not 1 <= number <= MOST_PAGES:
            raise Http404("There is no such page.")
        return number

    def _order(self, queryset: QuerySet[Any]) -> list[Any]:
        return [*(queryset.query.order_by or queryset.model._meta.ordering), "pk"]

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        found: dict[str, str] = super().serialize_result(obj, to_field_name)
        return {**found, "text": readable(found["text"])}


def _declared(request: HttpRequest) -> set[tuple[str, str]]:
    """Return the searchable fields as pairs of model label and field name."""
    found = set(_of_forms)
    for model, model_admin in full_site()._registry.items():
        places: list[Any] = [model_admin, *model_admin.inlines]
        for place in places:
            label = place.model._meta.label_lower
            found |= {(label, name) for name in place.autocomplete_fields}
        for entry in model_admin.get_list_filter(request):
            if isinstance(entry, tuple) and issubclass(entry[1], AutocompleteMixin):
                found.add((model._meta.label_lower, str(entry[0])))
    return found
