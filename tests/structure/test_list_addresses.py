"""The address of a list asks for what the list declares; nothing else in it tells anything."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.admin.changelist import CONTROLS, filter_parameters
from apps.core.discovery import full_site
from tests.factories.accounts import SuperuserFactory
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db
# The audit log is no list of records: its form is tried in tests/audit/test_audit_log.py.
ADMINS = {
    model: model_admin
    for model, model_admin in full_site()._registry.items()
    if model._meta.label != "audit.ChangeSet"
}
EVERY_LIST = pytest.mark.parametrize("model", ADMINS, ids=lambda model: model._meta.label)
LOOKUPS = ("", "__exact", "__startswith", "__regex", "__gt", "__in", "__isnull", "__date__gte")
NONSENSE = ("[", "9" * 30, "ff" * 300)


@pytest.fixture
def visitor() -> Client:
    client = Client()
    client.force_login(SuperuserFactory())
    return client


def url_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def declared(model: Any, client: Client) -> set[str]:
    request: Any = client.get(url_of(model)).wsgi_request
    return filter_parameters(ADMINS[model], request)


def parameters_of_fields(model: Any) -> list[str]:
    """Every field and relation, the fields one relation further, each with several look-ups."""
    names = []
    for field in model._meta.get_fields():
        names.append(field.name)
        if field.is_relation and field.related_model:
            names += [f"{field.name}__{far.name}" for far in field.related_model._meta.get_fields()]
    return [f"{name}{lookup}" for name in names for lookup in LOOKUPS]


@EVERY_LIST
def test_no_field_is_asked_for_that_no_filter_declares(model: Any, visitor: Client) -> None:
    request: Any = visitor.get(url_of(model)).wsgi_request
    allowed = filter_parameters(ADMINS[model], request)
    undeclared = [name for name in parameters_of_fields(model) if name not in allowed]

    answered = [name for name in undeclared if ADMINS[model].lookup_allowed(name, "a", request)]

    assert undeclared
    assert not answered


@EVERY_LIST
def test_a_page_answers_an_undeclared_parameter_by_400(model: Any, visitor: Client) -> None:
    own = [f"{field.name}__regex" for field in model._meta.fields]
    allowed = declared(model, visitor)

    for name in [*own, "pk__in", "id__exact", "password__startswith", "e", "_facets", "nowhere"]:
        if name in allowed:
            continue
        page = visitor.get(url_of(model), {name: "["})
        assert page.status_code == 400, name
        assert "Open the list" in page.content.decode(), name


@pytest.mark.usefixtures("drawing")
@EVERY_LIST
def test_nonsense_in_a_declared_parameter_is_no_server_error(model: Any, visitor: Client) -> None:
    sample(model)
    everything = visitor.get(url_of(model)).context["cl"].result_count

    for name in sorted(declared(model, visitor) | CONTROLS):
        for value in NONSENSE:
            page = visitor.get(url_of(model), {name: value})
            assert page.status_code in (200, 400), (name, value)
            if page.status_code == 200 and name not in CONTROLS:
                assert page.context["cl"].result_count < max(everything, 1), (name, value)


@pytest.mark.usefixtures("drawing")
@EVERY_LIST
def test_nonsense_in_a_page_or_a_mark_is_refused(model: Any, visitor: Client) -> None:
    sample(model)
    for name in ("p", "all", "_popup"):
        for value in ("zz", "-1", "1.5", "0", "9" * 30):
            page = visitor.get(url_of(model), {name: value})
            assert page.status_code == 400, (name, value)
    for query in ("?p=1", "?_last=1", "?all=", "?_popup=1"):
        assert visitor.get(url_of(model) + query).status_code == 200, query


@EVERY_LIST
def test_a_list_is_sorted_by_its_sortable_columns_alone(model: Any, visitor: Client) -> None:
    sample(model)
    page = visitor.get(url_of(model))
    changelist = page.context["cl"]

    for index, column in enumerate(changelist.list_display):
        sortable = column in changelist.sortable_by and changelist.get_ordering_field(column)
        answer = visitor.get(url_of(model), {"o": f"-{index}"})
        assert answer.status_code == (200 if sortable else 400), column
    # The links of the headers, with one and with two columns.
    for link in sorted(ordering_links(page))[:2]:
        second = visitor.get(url_of(model) + link)
        assert second.status_code == 200, link
        for other in sorted(ordering_links(second))[:3]:
            assert visitor.get(url_of(model) + other).status_code == 200, other


@pytest.mark.parametrize("order", ["99", "password", "-", "1.1.1", "--1", "1,2", "?"])
def test_an_order_that_no_header_links_is_refused(order: str, visitor: Client) -> None:
    assert visitor.get(url_of(User), {"o": order}).status_code == 400


@EVERY_LIST
def test_an_action_on_what_is_no_key_is_refused(model: Any, visitor: Client) -> None:
    sample(model)
    request: Any = visitor.get(url_of(model)).wsgi_request
    actions = list(ADMINS[model].get_actions(request))[:1]

    for action in actions:
        for key in ("nonsense", "[", "9" * 30, ""):
            posted = {"action": action, "index": "0", "_selected_action": [key]}
            assert visitor.post(url_of(model), posted).status_code in (302, 400), key
        odd = {
            "action": action,
            "index": "x",
            "select_across": "x",
            "_selected_action": ["nonsense"],
        }
        assert visitor.post(url_of(model), odd).status_code == 400


def ordering_links(page: Any) -> set[str]:
    found = re.findall(r'href="(\?[^"]*\bo=[^"]*)"', page.content.decode())
    return {html.unescape(link) for link in found}
