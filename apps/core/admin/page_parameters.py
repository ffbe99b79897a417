"""What the address of a page may hold: what the page declares, and nothing else.

A parameter that is ignored makes a page that is not the one asked for, and that looks as if it were. Lists
know their filters and columns and have a way of their own (changelist.py). Any other page of the back office
takes no parameters unless its view declares them:

    @takes("q")
    def person_page(request, user_id): ...

The pages of a record take what their ModelAdmin names in `page_parameters`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.core.admin.changelist import declared_query
from apps.core.errors import AddressRefused

# Of the site itself. What no address of ours has is a 404, whatever else is asked.
_STOCK: dict[str, Iterable[str] | None] = {"login": ["next"], "catch_all_view": None}


def takes[View: Callable[..., Any]](*names: str) -> Callable[[View], View]:
    """Declare the parameters of a page, outside of every other decorator."""

    def declared(view: View) -> View:
        view.page_parameters = frozenset(names)  # type: ignore[attr-defined]
        return view

    return declared


def checks_its_address[View: Callable[..., Any]](view: View) -> View:
    """Declare that a page refuses undeclared parameters itself: what it takes depends on what it shows."""
    view.page_parameters = None  # type: ignore[attr-defined]
    return view


def parameters_of(view: Any, request: HttpRequest) -> Iterable[str] | None:
    """Return what the page of a view takes; None where it, or nobody, looks into the address."""
    if hasattr(view, "page_parameters"):
        found: Iterable[str] | None = view.page_parameters
        return found
    name = getattr(view, "__name__", "")
    if model_admin := getattr(view, "model_admin", None):
        # Pages of our site are all ours (tests/structure/test_scope.py); a stock one has no such list.
        parameters_of_page = getattr(model_admin, "parameters_of_page", None)
        return parameters_of_page(name, request) if parameters_of_page else None
    return _STOCK.get(name, ())


def one_of(request: HttpRequest, name: str, known: Iterable[str]) -> str:
    """Return a parameter of the address; raise `AddressRefused` for a value that the page does not know."""
    given = request.GET.get(name, "")
    if given and given not in known:
        raise AddressRefused(f"This page has no {name} “{given[:60]}”.", page_url=request.path)
    return given


def number_of(request: HttpRequest, name: str) -> int:
    """Return a parameter as a number below a billion, 0 where it is not given; raise `AddressRefused`."""
    given = request.GET.get(name, "")
    if given and not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise AddressRefused(f"“{name}” must be a number.", page_url=request.path)
    return int(given or 0)


class PageParametersMiddleware:
    """Refuses an address of the back office with a parameter that its page does not declare, with a 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        # Without parameters, and for those who are sent to the sign-in page, there is nothing to refuse.
        if not request.GET or not request.path.startswith(reverse("admin:index")):
            return
        if not request.user.is_authenticated:
            return
        names = parameters_of(view, request)
        if names is not None:
            declared_query(request, names, page_url=request.path)
