"""Pages of a list by place: every row once, in every order, in both directions, whatever changes between two pages."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.core.admin.paginator import EstimatingPaginator
from apps.core.admin.paging.changelist import PLACES
from apps.core.discovery import full_site
from apps.core.uuid7 import uuid7
from apps.organizations.models import Membership, Organization
from apps.projects.models import Task
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db
SIZE = 4


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    for model in (Organization, Membership, Task, User):
        monkeypatch.setattr(full_site()._registry[model], "list_per_page", SIZE)
    client = Client()
    client.force_login(SuperuserFactory(email="aaa@staff.example"))
    return client


def url_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def tasks() -> list[Task]:
    """Return tasks with titles that repeat, and due dates of which some are missing and some repeat."""
    project, other = ProjectFactory(), ProjectFactory()
    days = [
        None,
        date(2026, 3, 1),
        date(2026, 3, 1),
        None,
        date(2026, 2, 1),
        date(2026, 5, 1),
        None,
    ]
    return [
        TaskFactory(
            project=place,
            title=f"Task {number % 3} {'é' if number % 2 else 'E'}{number}",
            due_date=day,
        )
        for place in (project, other)
        for number, day in enumerate(days)
    ]


def links(page: Any) -> dict[str, str]:
    """Return the links to other pages as a reader sees them."""
    nav = re.search(r'<nav class="qd-pages".*?</nav>', page.content.decode(), re.DOTALL)
    found = re.findall(r'<a href="([^"]*)"[^>]*>(\w+)</a>', nav.group() if nav else "")
    return {name: unescape(url) for url, name in found}


def keys(page: Any) -> list[Any]:
    assert page.status_code == 200, page.content.decode()[:500]
    return [record.pk for record in page.context["cl"].result_list]


def walk(client: Client, url: str, query: str, direction: str) -> Iterator[list[Any]]:
    page = client.get(url + query)
    for _ in range(150):
        yield keys(page)
        following = links(page).get(direction)
        if not following:
            return
        page = client.get(url + following)
    raise AssertionError("The pages do not end.")


@pytest.mark.parametrize(
    "order", ["", "o=1", "o=-1", "o=5", "o=-5", "o=5.1", "o=-5.1", "o=1.-5", "o=5.-1"]
)
def test_every_row_is_on_one_page_in_each_order_and_direction(client: Client, order: str) -> None:
    tasks()
    url = url_of(Task)
    everything = keys(client.get(f"{url}?{order}&all="))

    downward = list(walk(client, url, f"?{order}", "Next"))
    upward = list(walk(client, url, f"?{order}&_last=1", "Previous"))

    assert [key for page in downward for key in page] == everything
    assert len(everything) == 14
    assert all(len(page) == SIZE for page in downward[:-1])
    # From the end, the pages are full up to the first one, which is full again and repeats some rows.
    assert upward[0] == everything[-SIZE:]
    assert upward[-1] == everything[:SIZE]
    assert {key for page in upward for key in page} == set(everything)


def test_a_million_equal_times_are_told_apart_by_the_key(client: Client) -> None:
    for _ in range(9):
        MembershipFactory()
    Membership.objects.update(created_at=datetime(2026, 3, 1, tzinfo=UTC))
    for order in ("o=5", "o=-5"):
        everything = keys(client.get(f"{url_of(Membership)}?{order}&all="))

        paged = [
            key for page in walk(client, url_of(Membership), f"?{order}", "Next") for key in page
        ]

        assert paged == everything
        assert len(set(paged)) == Membership.objects.count()
        # One index on (created_at, id) has both directions.
        assert paged == sorted(paged, reverse=order == "o=-5")


def test_a_page_goes_on_where_the_last_one_ended_whatever_was_added_or_deleted(
    client: Client,
) -> None:
    for name in "ACEGIKMO":
        OrganizationFactory(name=name)
    url = url_of(Organization)
    first = client.get(url)
    following = links(first)["Next"]
    OrganizationFactory(name="B")
    Organization.objects.filter(name="G").update(name="Z")

    names = [record.name for record in client.get(url + following).context["cl"].result_list]

    assert names == ["I", "K", "M", "O"]


def test_a_page_whose_rows_are_all_gone_shows_the_last_ones(client: Client) -> None:
    for name in "ACEGIK":
        OrganizationFactory(name=name)
    url = url_of(Organization)
    following = links(client.get(url))["Next"]
    Organization.objects.filter(name__in="IK").update(
        deleted_at=datetime.now(UTC), trash_id=uuid7()
    )

    names = [record.name for record in client.get(url + following).context["cl"].result_list]

    assert names == ["A", "C", "E", "G"]


def test_filters_and_search_stay_while_paging_and_the_place_goes_with_a_new_filter(
    client: Client,
) -> None:
    for number in range(10):
        OrganizationFactory(name=f"Harbor {number}", status="closed")
        OrganizationFactory(name=f"Field {number}")
    url = url_of(Organization)
    page = client.get(f"{url}?q=harbor&status__exact=closed")

    second = client.get(url + links(page)["Next"])

    assert {record.status for record in second.context["cl"].result_list} == {"closed"}
    assert second.context["cl"].result_count == 10
    body = second.content.decode()
    for form in re.findall(r"<form.*?</form>", body, re.DOTALL):
        assert 'name="_after"' not in form
    for link in re.findall(r'href="(\?[^"]*\bo=[^"]*)"', body):
        assert "_after" not in link


def test_an_address_of_a_page_holds_no_personal_data(client: Client) -> None:
    for number in range(9):
        UserFactory(email=f"person{number}@private.example")
    url = url_of(User)
    page = client.get(url)
    everything = keys(client.get(f"{url}?all="))

    assert [key for rows in walk(client, url, "", "Next") for key in rows] == everything
    place = links(page)["Next"].partition("_after=")[2]
    import base64

    assert b"private" not in base64.urlsafe_b64decode(place + "==")


def test_a_place_of_a_record_out_of_scope_is_unknown(client: Client) -> None:
    limited = StaffFactory(
        may=["accounts.view_user", "accounts.view_personal_data"], is_limited=True
    )
    own = OrganizationFactory()
    limited.scope.create(organization=own)
    for _ in range(9):
        MembershipFactory(organization=own)
    hidden = UserFactory(email="hidden@private.example")
    place = links(client.get(f"{url_of(User)}?q=hidden%20or&_last=1"))
    reader = Client()
    reader.force_login(limited)
    from apps.core.admin.paging.order import keys_of
    from apps.core.admin.paging.place import encode

    text = encode(keys_of(User.objects.all(), ["email"]), [hidden.email], hidden.pk)

    assert reader.get(url_of(User), {"_after": text}).status_code == 400
    assert place == {}


@pytest.mark.parametrize(
    "text",
    ["", "x", "W10", "WyJ4Il0", "bnVsbA", "eyJwayI6MX0", "WyJhIiwiYiJd", "~~~~", "W1tbW1tbW10"],
)
@pytest.mark.parametrize("model", [Organization, Membership, Task, User])
def test_a_place_that_is_none_is_refused(client: Client, model: Any, text: str) -> None:
    answer = client.get(url_of(model), {"_after": text})

    assert answer.status_code == 400
    assert "Open the list" in answer.content.decode()


def test_a_list_starts_at_one_place(client: Client) -> None:
    OrganizationFactory()

    for first in PLACES:
        for second in PLACES:
            if first != second:
                assert (
                    client.get(url_of(Organization), {first: "1", second: "1"}).status_code == 400
                )


def test_a_list_jumps_to_a_letter(client: Client) -> None:
    for name in (
        "Abbot",
        "Acorn",
        "Baker",
        "Bell",
        "Cable",
        "Castle",
        "Dale",
        "East",
        "Fern",
        "Gate",
    ):
        OrganizationFactory(name=name)
    url = url_of(Organization)

    def names(page: Any) -> list[str]:
        return [record.name for record in page.context["cl"].result_list]

    downward = client.get(url, {"_from": "C"})
    upward = client.get(url, {"_from": "C", "o": "-1"})

    assert names(downward) == ["Cable", "Castle", "Dale", "East"]
    assert names(upward) == ["Castle", "Cable", "Bell", "Baker"]
    assert names(client.get(url + links(downward)["Previous"])) == [
        "Abbot",
        "Acorn",
        "Baker",
        "Bell",
    ]
    assert names(client.get(url, {"_from": "zz"})) == ["Dale", "East", "Fern", "Gate"]
    assert 'name="_from"' in downward.content.decode()


def test_a_list_jumps_to_a_date_by_the_time_of_its_keys(client: Client) -> None:
    for day in range(1, 11):
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        number = (int(at.timestamp() * 1000) << 80) | (0x7 << 76) | (0x2 << 62) | day
        MembershipFactory(id=uuid.UUID(int=number))
    page = client.get(url_of(Membership), {"_from": "2026-03-05"})

    made = [datetime.fromtimestamp((key.int >> 80) / 1000, UTC).day for key in keys(page)]

    assert made == [5, 4, 3, 2]


@pytest.mark.parametrize("order", ["5", "-5"])
def test_a_list_jumps_to_a_date(client: Client, order: str) -> None:
    tasks()
    page = client.get(url_of(Task), {"_from": "2026-03-01", "o": order})

    days = [task.due_date for task in page.context["cl"].result_list]

    first = date(2026, 3, 1)
    assert days[:SIZE] == [first] * 4
    assert client.get(url_of(Task), {"_from": "tomorrow", "o": order}).status_code == 400


def test_a_deep_page_asks_what_the_first_page_asks(client: Client) -> None:
    project = ProjectFactory()
    Task.objects.bulk_create(
        Task(project=project, title=f"Task {number:04}") for number in range(400)
    )
    url = url_of(Task)
    with CaptureQueriesContext(connection) as first:
        page = client.get(url)
    for _ in range(3):
        page = client.get(url + links(page)["Next"])
    deep = links(page)["Next"]
    with CaptureQueriesContext(connection) as later:
        client.get(url + deep)

    assert len(later) <= len(first)
    assert not any("OFFSET" in query["sql"] for query in later)


def test_an_order_by_a_related_record_is_paged_by_its_own_order(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_admin = full_site()._registry[Membership]
    people = [UserFactory(email=f"p{number % 5}{number}@order.example") for number in range(10)]
    organizations = [OrganizationFactory(name=f"Same {number % 2}") for number in range(3)]
    for number, person in enumerate(people):
        MembershipFactory(user=person, organization=organizations[number % 3])
    monkeypatch.setattr(model_admin, "ordering", ["organization", "-user"])
    everything = keys(client.get(f"{url_of(Membership)}?all="))

    paged = [key for page in walk(client, url_of(Membership), "", "Next") for key in page]

    assert paged == everything
    assert len(paged) == 10


def test_days_are_the_readers_of_the_list(client: Client) -> None:
    """A day's records come first when a falling list jumps to it: the day includes its last minute."""
    late = datetime(2026, 3, 5, 23, 59, 59) - timedelta(hours=0)
    for day in range(1, 10):
        organization = OrganizationFactory(name=f"Number {day}")
        Organization.objects.filter(pk=organization.pk).update(
            created_at=late.replace(day=day, tzinfo=UTC)
        )
    page = client.get(url_of(Organization), {"_from": "2026-03-05", "o": "-7"})

    assert next(iter(page.context["cl"].result_list)).name == "Number 5"


def test_an_estimate_is_one_wherever_the_list_says_how_many(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(9):
        OrganizationFactory()
    monkeypatch.setattr(EstimatingPaginator, "bound", 3)

    page = client.get(url_of(Organization))

    words = page.context["cl"].count_words
    assert re.fullmatch(r"about [\d,]+", words)
    body = page.content.decode()
    assert f"Select all {words} organizations" in body
    assert f"All {words} selected" in body


def test_a_frequent_word_shows_its_first_page_without_counting(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ProjectFactory()
    Task.objects.bulk_create(
        Task(project=project, title=f"Review {number:04}") for number in range(400)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    monkeypatch.setattr(EstimatingPaginator, "frequent", 20)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url_of(Task), {"q": "revi"})

    assert [task.title for task in page.context["cl"].result_list] == [
        f"Review {n:04}" for n in range(SIZE)
    ]
    assert page.context["cl"].count_words == "more than 20"
    assert not any(
        "COUNT(" in query["sql"].upper() for query in asked if "projects_task" in query["sql"]
    )
    paged = list(walk(client, url_of(Task), "?q=revi&o=-1", "Next"))
    assert len({key for each in paged for key in each}) == 400


@pytest.mark.parametrize("order", ["o=1", "o=-1"])
def test_a_frequent_search_keeps_its_order_however_the_database_joins(
    client: Client, order: str
) -> None:
    project = ProjectFactory()
    Task.objects.bulk_create(
        Task(project=project, title=f"Review {number:04}") for number in range(400)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE projects_task")
        # What the planner chooses by itself where it expects few rows: a join that keeps no order.
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off")
    titles = sorted((f"Review {number:04}" for number in range(400)), reverse=order == "o=-1")

    page = client.get(f"{url_of(Task)}?q=revi&{order}")

    assert [task.title for task in page.context["cl"].result_list] == titles[:SIZE]


def test_a_rare_word_is_searched_once_for_the_page_and_its_count(client: Client) -> None:
    project = ProjectFactory()
    for number in range(9):
        TaskFactory(project=project, title=f"Zeppelin {number}")
    TaskFactory(project=project, title="Another")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url_of(Task), {"q": "zeppelin"})

    assert page.context["cl"].result_count == 9
    searches = [query for query in asked if "to_tsquery" in query["sql"]]
    assert len(searches) == 1
    rows = [key for each in walk(client, url_of(Task), "?q=zeppelin", "Next") for key in each]
    assert len(rows) == len(set(rows)) == 9
