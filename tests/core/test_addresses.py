"""What a list shows nobody, its address tells nobody: by no filter, order, export, action or search."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.admin.listed import listed_queryset
from apps.core.errors import DomainError
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory, sudo_client
from tests.factories.organizations import InvitationFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
PEOPLE = "admin:accounts_user_changelist"
ORACLES = [
    {"password__regex": "^pbkdf2"},
    {"password__startswith": "p"},
    {"password__gt": "a"},
    {"password": "x"},
    {"id__exact": "x", "password__regex": "^p"},
    {"groups__permissions__codename__startswith": "v"},
    {"groups__name__startswith": "A"},
    {"memberships__organization__name__startswith": "A"},
    {"email__startswith": "a"},
    {"is_superuser__exact": "1"},
    {"last_login__gt": "2020-01-01"},
    {"status__regex": "^a"},
    {"status__in": "active"},
    {"created_at__year": "2026"},
    {"pk__in": "x"},
]
EVERY_ORACLE = pytest.mark.parametrize("query", ORACLES, ids=lambda query: "&".join(query))


@pytest.fixture
def reader() -> Client:
    client = Client()
    client.force_login(StaffFactory(may=["accounts.view_user", "organizations.view_invitation"]))
    return client


@EVERY_ORACLE
def test_the_list_of_people_answers_no_question_that_it_does_not_offer(
    query: dict[str, str], reader: Client
) -> None:
    page = reader.get(reverse(PEOPLE), query)

    assert page.status_code == 400
    assert "Open the list" in page.content.decode()


def test_a_digest_of_an_invitation_is_not_asked_for(reader: Client) -> None:
    invitation = InvitationFactory()
    url = reverse("admin:organizations_invitation_changelist")

    page = reader.get(url, {"token_digest__startswith": invitation.token_digest[:3]})

    assert page.status_code == 400


def test_a_pattern_that_is_none_is_refused_before_the_database_sees_it(reader: Client) -> None:
    page = reader.get(reverse("admin:organizations_invitation_changelist"), {"email__regex": "["})

    assert page.status_code == 400


@pytest.mark.parametrize("query", ["slug__startswith=a", "owner__password__regex=^p", "o=9", "e=1"])
def test_an_export_reads_the_address_as_the_list_does(query: str) -> None:
    OrganizationFactory()
    client = sudo_client(SuperuserFactory())
    url = f"{reverse('admin:organizations_organization_export')}?{query}"

    assert client.get(url).status_code == 400
    posted = client.post(url, {"fields_chosen": ["name"], "format": "csv"})
    assert posted.status_code == 400


def test_an_export_in_a_worker_says_which_filter_the_list_lacks() -> None:
    with pytest.raises(DomainError, match="no filter “slug__startswith”"):
        listed_queryset("organizations.Organization", "slug__startswith=a", SuperuserFactory())


def test_an_action_on_all_records_reads_the_address_as_the_list_does() -> None:
    person = UserFactory()
    client = sudo_client(SuperuserFactory())
    posted = {
        "action": "deactivate",
        "index": "0",
        "select_across": "1",
        "_selected_action": [str(person.pk)],
    }

    page = client.post(reverse(PEOPLE) + "?password__startswith=!", posted)

    assert page.status_code == 400
    person.refresh_from_db()
    assert person.status == User.Status.ACTIVE


def test_the_form_for_a_new_record_takes_nothing_from_its_address() -> None:
    client = sudo_client(SuperuserFactory())
    owner = UserFactory(first_name="Hidden", last_name="Person")
    url = reverse("admin:organizations_organization_add")

    for query in ({"owner": str(owner.pk)}, {"name": "Planted"}, {"owner": "no key"}):
        page = client.get(url, query)
        assert page.status_code == 400
        assert "Hidden" not in page.content.decode()
        assert "Open the page without it." in page.content.decode()


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("organizations.organization", "memberships"),  # The other side of a relation.
        ("organizations.historicalorganization", "owner"),  # A model that no page shows.
        ("admin.logentry", "user"),
        ("accounts.user", "groups"),  # A field of a page, but without a search.
        ("organizations.organization", "name"),
        ("nowhere.nothing", "field"),
    ],
)
def test_a_select_searches_the_fields_that_a_form_or_filter_declares_alone(
    model: str, field: str
) -> None:
    client = sudo_client(SuperuserFactory())
    app_label, model_name = model.split(".")
    query = {"app_label": app_label, "model_name": model_name, "field_name": field, "term": ""}

    assert client.get(reverse("admin:autocomplete"), query).status_code == 403


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("organizations.organization", "owner"),  # A form's.
        ("organizations.membership", "organization"),  # A filter's.
        ("organizations.stafforganization", "organization"),  # A confirmation's.
        ("projects.task", "assignee"),  # An inline's.
    ],
)
def test_a_declared_select_still_finds(model: str, field: str) -> None:
    client = sudo_client(SuperuserFactory())
    app_label, model_name = model.split(".")
    query = {"app_label": app_label, "model_name": model_name, "field_name": field}

    for term in ("", "a", "[", '"'):
        answer = client.get(reverse("admin:autocomplete"), {**query, "term": term})
        assert answer.status_code == 200
        assert "results" in answer.json()
    endless = client.get(reverse("admin:autocomplete"), {**query, "term": "x" * 5000})
    assert endless.status_code == 400


@pytest.mark.parametrize("number", ["0", "-1", "9" * 40, "x", "²", "2"])
def test_a_page_by_number_is_refused(number: str) -> None:
    client = sudo_client(SuperuserFactory())

    page = client.get(reverse("admin:organizations_organization_changelist"), {"p": number})

    assert page.status_code == 400
    assert "Open the list" in page.content.decode()


def test_an_inline_shows_its_last_page_for_one_that_is_gone_and_refuses_no_number() -> None:
    organization = OrganizationFactory()
    client = sudo_client(SuperuserFactory())
    url = reverse("admin:organizations_organization_change", args=[organization.pk])
    found = re.findall(r'name="([\w-]+)-TOTAL_FORMS"', client.get(url).content.decode())

    assert found
    for prefix in found:
        gone = client.get(url, {f"{prefix}-page": "99"})
        assert gone.status_code == 200, prefix
        for number in ("²", "9" * 50, "-1", "x"):
            refused = client.get(url, {f"{prefix}-page": number})
            assert refused.status_code == 400, (prefix, number)
