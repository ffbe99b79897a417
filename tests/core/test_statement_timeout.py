"""A statement of a web request ends in time; what is not a web request has the time that it needs."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.core import statement_timeout
from apps.organizations.models import Organization
from tests.factories.accounts import SuperuserFactory, sudo_client
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "admin:organizations_organization_changelist"


@pytest.fixture
def client() -> Client:
    return sudo_client(SuperuserFactory())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_timeout, "READING_SECONDS", 1.5)
    monkeypatch.setattr(statement_timeout, "WRITING_SECONDS", 1.5)


@contextmanager
def locked(table: str) -> Iterator[None]:
    """Hold a lock on a table, as somebody else's long transaction does."""
    parts = connection.settings_dict
    with psycopg.connect(
        host=parts["HOST"], user=parts["USER"], password=parts["PASSWORD"], dbname=parts["NAME"]
    ) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")  # type: ignore[arg-type]
        yield


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def test_a_page_that_takes_too_long_says_so(client: Client, quick: None) -> None:
    with locked("organizations_organization"):
        page = client.get(reverse(LIST))

    assert page.status_code == 503
    assert "This took too long" in page.content.decode()
    assert page.headers["Retry-After"]
    assert client.get(reverse(LIST)).status_code == 200


def test_what_took_too_long_was_not_applied(client: Client, quick: None) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = reverse("admin:organizations_organization_change", args=[organization.pk])
    form = client.get(url).context["adminform"].form
    posted = {name: form[name].value() or "" for name in form.fields}

    with locked("organizations_historicalorganization"):
        page = client.post(url, {**posted, "name": "Renamed", **_no_rows(client, url)})

    assert page.status_code == 503
    assert Organization.objects.get().name == "Harbor"


def _no_rows(client: Client, url: str) -> dict[str, str]:
    return {
        field.html_name: str(field.value())
        for inline in client.get(url).context["inline_admin_formsets"]
        for field in inline.formset.management_form
    }


def test_what_comes_after_a_request_has_no_limit(client: Client) -> None:
    assert limit() == "0"

    client.get(reverse(LIST))

    assert limit() == "0"


def test_a_new_connection_of_a_request_has_the_limit_too(client: Client, quick: None) -> None:
    connection.close()

    with locked("organizations_organization"):
        assert client.get(reverse(LIST)).status_code == 503

    connection.close()
    assert limit() == "0"


def test_a_streamed_export_is_not_cut_by_a_slow_reader(client: Client) -> None:
    OrganizationFactory()
    posted = {"fields_chosen": ["name"], "format": "csv"}

    answer = client.post(reverse("admin:organizations_organization_export"), posted)

    assert answer.streaming
    assert limit() == "0"
    assert b"".join(answer.streaming_content)
