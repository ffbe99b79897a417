"""Every page of every model answers as the role says, for every role, and a look changes nothing."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from apps.core.discovery import full_site
from tests.structure.samples import sample

MODELS = sorted(full_site()._registry, key=lambda model: model._meta.label)
STOCK = {"changelist", "add", "change", "history", "delete", "autocomplete"}
# Sessions are touched by any visit; a refusal and a look at personal data may leave an event.
WRITTEN_BY_ANY_VISIT = re.compile(
    r'"(django_session|usersessions_usersession|audit_\w+|accounts_disclosure)"'
)


def _name(model: Any) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


# What is asked for in the place of a stock permission.
IN_PLACE_OF = {"audit.view_changeset": "audit.view_auditlog"}


def _permissions(model: Any, *verbs: str) -> list[str]:
    # The pages of a trash hang on the permissions of the living.
    opts = model._meta.concrete_model._meta
    names = [f"{opts.app_label}.{verb}_{opts.model_name}" for verb in verbs]
    return [IN_PLACE_OF.get(name, name) for name in names]


def _stock_pages(model: Any, record: Any) -> list[tuple[str, list[str]]]:
    """Return each stock page's address with the permissions of which one is enough."""
    name, key = _name(model), [record.pk]
    # A change set is seen by whoever may see a record that it changed; the sample's is this one.
    more = ["organizations.view_organization"] if model._meta.label == "audit.ChangeSet" else []
    return [
        (reverse(f"{name}_changelist"), _permissions(model, "view", "change")),
        (reverse(f"{name}_add"), _permissions(model, "add")),
        (reverse(f"{name}_change", args=key), [*_permissions(model, "view", "change"), *more]),
        (reverse(f"{name}_history", args=key), _permissions(model, "view", "change")),
        (reverse(f"{name}_delete", args=key), _permissions(model, "delete")),
    ]


def _own_pages(model: Any, record: Any) -> list[str]:
    """Return the addresses that the model's admin adds to the stock ones."""
    addresses = []
    for pattern in full_site()._registry[model].get_urls():
        name = getattr(pattern, "name", None)
        if not name or (
            name.rpartition("_")[2] in STOCK and name.startswith(model._meta.app_label)
        ):
            continue
        arguments = [record.pk for _ in pattern.pattern.converters]
        try:
            addresses.append(reverse(f"admin:{name}", args=arguments))
        except NoReverseMatch:
            # An address of something that hangs on the record; its own tests open it.
            continue
    return addresses


def _client(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_stock_pages_answer_as_the_role_says(model: Any, staff: dict[str, User]) -> None:
    record = sample(model)
    pages = _stock_pages(model, record)
    superuser = _client(staff["superuser"])
    # What nobody may, such as to delete a user, is refused to every role.
    closed = {url for url, _ in pages if superuser.get(url).status_code in (403, 404)}

    wrong = []
    for role, user in staff.items():
        client = _client(user)
        for url, permissions in pages:
            allowed = any(map(user.has_perm, permissions)) and url not in closed
            status = client.get(url).status_code
            expected = (200, 302) if allowed else (403, 404) if url in closed else (403,)
            if status not in expected:
                wrong.append((role, url, status, "allowed" if allowed else "not allowed"))
    assert not wrong


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_page_lets_a_stranger_in(model: Any, client: Client, db: None) -> None:
    record = sample(model)
    pages = [url for url, _ in _stock_pages(model, record)] + _own_pages(model, record)

    answers = {url: client.get(url) for url in pages}

    assert {url: a.status_code for url, a in answers.items() if a.status_code != 302} == {}
    assert all("/login/" in answer["Location"] for answer in answers.values())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_own_pages_never_break_and_ask_for_a_permission(model: Any, staff: dict[str, User]) -> None:
    record = sample(model)

    wrong = []
    for role, user in staff.items():
        client = _client(user)
        for url in _own_pages(model, record):
            status = client.get(url).status_code
            refusals = (403, 404, 405)
            expected = refusals if role == "no role" else (200, 302, 409, *refusals)
            if status not in expected:
                wrong.append((role, url, status))
    assert not wrong


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_to_look_at_a_page_writes_nothing(model: Any, staff: dict[str, User]) -> None:
    record = sample(model)
    client = _client(staff["superuser"])
    pages = [url for url, _ in _stock_pages(model, record)] + _own_pages(model, record)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for url in pages:
            client.get(url)

    writes = [
        query["sql"]
        for query in queries
        if re.match(r"\s*(INSERT|UPDATE|DELETE|COPY|TRUNCATE)\b", query["sql"])
        and not WRITTEN_BY_ANY_VISIT.search(query["sql"])
    ]
    assert not writes
