"""Every endpoint, tried by what it declares: who is refused, what is masked, and what a page costs."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from rest_framework.serializers import BaseSerializer

from apps.accounts.models import Disclosure, User
from apps.api.grants import GRANTS
from apps.api.models import IdempotentRequest
from apps.api.throttles import Throttle
from apps.api.urls import urlpatterns
from apps.api.views import ANY_KEY, Endpoint, ListEndpoint, NowhereEndpoint
from apps.api.writes import WriteEndpoint
from apps.organizations.models import Invitation, Role
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.api import api_client, key_of, maker
from tests.factories.organizations import InvitationFactory, MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db

SERVED = [each for each in urlpatterns if hasattr(each.callback.cls, "get")]  # type: ignore[union-attr]
WRITTEN = [each for each in urlpatterns if issubclass(each.callback.cls, WriteEndpoint)]  # type: ignore[union-attr]
NAMES = [str(each.name) for each in SERVED]
TYPED = "ask secret@leak.example"


def endpoint_of(pattern: URLPattern) -> type[Endpoint]:
    return pattern.callback.cls  # type: ignore[union-attr, no-any-return]


class World:
    """One record of each kind, with an address in each of its texts."""

    def __init__(self) -> None:
        self.person = UserFactory(email="secret@leak.example", phone="+49 40 7654321")
        self.organization = OrganizationFactory(
            name=f"Harbor {TYPED}", external_id=TYPED, owner=self.person
        )
        MembershipFactory(organization=self.organization, user=self.person, role=Role.OWNER)
        self.invitation = InvitationFactory(
            organization=self.organization, email="secret@leak.example", invited_by=self.person
        )
        self.project = ProjectFactory(
            organization=self.organization,
            name=f"Dock {TYPED}",
            description=TYPED,
            created_by=self.person,
        )
        self.task = TaskFactory(project=self.project, title=TYPED, assignee=self.person)

    def path(self, pattern: URLPattern) -> str:
        slug, name = self.organization.slug, pattern.name
        keys: dict[Any, Any] = {
            "api-user": self.person.pk,
            "api-organization": slug,
            "api-membership": self.person.memberships.get().pk,
            "api-project": self.project.pk,
            "api-task": self.task.pk,
            "api-invitation": self.invitation.pk,
            "api-invitation-resend": self.invitation.pk,
            "api-invitation-revoke": self.invitation.pk,
            "api-organization-restore": self.organization.pk,
        }
        route = f"/api/{pattern.pattern}"
        for kind in ("uuid", "slug"):
            route = route.replace(f"<{kind}:key>", str(keys.get(name)))
        return route.replace("<slug:slug>", slug)


@pytest.fixture
def world() -> World:
    return World()


def test_every_endpoint_declares_what_it_asks_for() -> None:
    asked = set()
    for pattern in urlpatterns:
        endpoint = endpoint_of(pattern)
        assert issubclass(endpoint, Endpoint), pattern
        assert isinstance(endpoint.throttle, Throttle)
        assert issubclass(endpoint.serializer, BaseSerializer)
        is_write = issubclass(endpoint, WriteEndpoint)
        reads = ["get", "head"] if hasattr(endpoint, "get") else []
        writes = [endpoint.write.method] if is_write else []  # type: ignore[attr-defined]
        assert endpoint is NowhereEndpoint or endpoint.http_method_names == reads + writes
        asked |= {endpoint.permission, *([endpoint.write.permission] if is_write else [])}  # type: ignore[attr-defined]
    assert asked == {ANY_KEY, *GRANTS} - {"accounts.view_personal_data"}
    assert [name for name in NAMES if endpoint_of(SERVED[NAMES.index(name)]).permission == ""] == [
        "api-me"
    ]


@pytest.mark.parametrize("pattern", SERVED, ids=NAMES)
def test_an_endpoint_refuses_who_may_not(pattern: URLPattern, world: World) -> None:
    path, needed = world.path(pattern), endpoint_of(pattern).permission
    allowed = endpoint_of(pattern).http_method_names
    person = maker()

    session = Client()
    session.force_login(StaffFactory(is_superuser=True))
    for client in (Client(), session, api_client("qd_wrong"), api_client("not a key")):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    if needed:
        others = [name for name in GRANTS if name != needed]
        answer = api_client(key_of(person, *others)[1]).get(path)
        assert (answer.status_code, answer.json()["permission"]) == (403, needed)
    client = api_client(key_of(person, name="All")[1])
    assert client.get(path).status_code == 200
    assert client.get(f"{path}?password__startswith=a").status_code == 400
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 406
    for method in {"post", "put", "patch", "delete", "options"} - {*allowed}:
        answer = getattr(client, method)(path, {}, content_type="application/json")
        assert answer.status_code == 405
        assert answer["Allow"] == ", ".join(allowed).upper()


@pytest.mark.parametrize("pattern", SERVED, ids=NAMES)
def test_a_key_shows_nothing_outside_of_its_scope(pattern: URLPattern, world: World) -> None:
    path = world.path(pattern)
    elsewhere = OrganizationFactory()
    limited = maker(is_limited=True)
    limited.scope.create(organization=elsewhere)
    # Narrower than its maker, as narrow, and with two scopes that share nothing.
    narrow = key_of(maker(), organizations=[elsewhere], name="Narrow")
    apart, _ = both = key_of(maker(), organizations=[world.organization], name="Apart")
    User.objects.filter(pk=apart.created_by_id).update(is_limited=True)
    apart.created_by.scope.create(organization=elsewhere)
    for account, key in (narrow, key_of(limited, name="Limited"), both):
        answer = api_client(key).get(path)
        body = answer.content.decode()
        assert str(world.person.pk) not in body, account
        assert "Harbor" not in body
        assert "Dock" not in body
        whole = pattern.name == "api-me" or issubclass(endpoint_of(pattern), ListEndpoint)
        is_list = whole and "slug:slug" not in str(pattern.pattern)
        assert answer.status_code == (200 if is_list else 404), account


@pytest.mark.parametrize("pattern", SERVED, ids=NAMES)
def test_an_address_is_masked_or_noted(pattern: URLPattern, world: World) -> None:
    path = world.path(pattern)
    person = maker()
    without = [name for name in GRANTS if name != "accounts.view_personal_data"]

    body = api_client(key_of(person, *without, name="Masked")[1]).get(path).content.decode()
    assert "secret@leak" not in body
    assert "7654321" not in body
    assert not Disclosure.objects.exists()
    shown = api_client(key_of(person, name="Clear")[1]).get(path).content.decode()
    if "7654321" in shown:
        assert Disclosure.objects.get().user == person


@pytest.mark.parametrize(
    "pattern",
    [each for each in SERVED if issubclass(endpoint_of(each), ListEndpoint)],
    ids=lambda each: each.name,
)
def test_a_page_costs_the_same_however_much_it_shows(pattern: URLPattern, world: World) -> None:
    path = world.path(pattern)
    client = api_client(key_of(maker(), organizations=[world.organization])[1])

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    before = cost()
    for _ in range(4):
        person = UserFactory()
        MembershipFactory(organization=world.organization, user=person)
        InvitationFactory(organization=world.organization, invited_by=person)
        project = ProjectFactory(organization=world.organization, created_by=person)
        TaskFactory(project=project, assignee=person)
    assert cost() == before
    assert before <= 6


def test_pages_lead_through_every_record_once(world: World) -> None:
    people = {str(UserFactory().pk) for _ in range(5)}
    client = api_client(key_of(maker())[1])
    seen: list[str] = []
    query = "?limit=2"
    while query:
        answer = client.get(f"/api/v1/users/{query}").json()
        seen += [each["id"] for each in answer["results"]]
        cursor = answer["next_cursor"]
        query = f"?limit=2&cursor={cursor}" if cursor else ""
    assert len(seen) == len(set(seen)) == User.objects.count()
    assert people <= set(seen)
    assert seen == sorted(seen)


def test_an_address_takes_what_it_declares_and_nothing_else(world: World) -> None:
    client = api_client(key_of(maker())[1])
    for query in (
        "limit=0",
        "limit=201",
        "limit=1e1",
        "limit=%D9%A1",
        "cursor=x",
        "cursor=%C3%A9",
        "cursor=AAAA",
        "status=gone",
        "status=active&status=active",
        "ordering=password",
        "format=html",
        "email=a%00b",
    ):
        answer = client.get(f"/api/v1/users/?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), query
    found = client.get("/api/v1/users/", {"email": "SECRET@leak.example"}).json()["results"]
    assert [each["id"] for each in found] == [str(world.person.pk)]


def test_a_filter_tells_nothing_that_is_masked(world: World) -> None:
    without = [name for name in GRANTS if name != "accounts.view_personal_data"]
    client = api_client(key_of(maker(), *without)[1])
    for path in (
        "/api/v1/users/?email=secret@leak.example",
        "/api/v1/users/?email=nobody@leak.example",
        f"/api/v1/organizations/?external_id={TYPED}",
        "/api/v1/organizations/?external_id=nobody@leak.example",
    ):
        assert client.get(path).status_code == 403, path


@pytest.mark.parametrize("pattern", WRITTEN, ids=lambda each: each.name)
def test_a_write_refuses_who_may_not_and_writes_nothing(pattern: URLPattern, world: World) -> None:
    path, write = world.path(pattern), endpoint_of(pattern).write  # type: ignore[attr-defined]
    body = {"name": "Changed", "email": "new@example.org"}
    body = {name: body[name] for name in body if write.fields and name in write.fields().fields}
    person = maker()
    others = [name for name in GRANTS if name != write.permission]
    elsewhere = OrganizationFactory()
    history = world.organization.history.count(), Invitation.history.count()  # type: ignore[attr-defined]

    def send(client: Client, sent: Any = body, kind: str = "application/json") -> int:
        answer = getattr(client, write.method)(
            path, sent, content_type=kind, headers={"If-Match": '"unknown"'}
        )
        assert answer["Content-Type"] == "application/problem+json"
        return int(answer.status_code)

    session = Client()
    session.force_login(StaffFactory(is_superuser=True))
    assert {send(client) for client in (Client(), session, api_client("qd_wrong"))} == {401}
    assert send(api_client(key_of(person, *others, name="Other")[1])) == 403
    apart = api_client(key_of(person, organizations=[elsewhere], name="Apart")[1])
    # A new organization is for those who see all of them.
    assert send(apart) == (409 if pattern.name == "api-organizations" else 404)
    whole = api_client(key_of(person, name="All")[1])
    for sent, kind, status in (
        ({**body, "owner": str(person.pk)}, "application/json", 400),
        ({**body, "id": str(person.pk)}, "application/json", 400),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('{"a": NaN}', "application/json", 400),
        ('{"name": "a", "name": "b"}', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b"\xff", "application/json", 400),
        ("name=Changed", "application/x-www-form-urlencoded", 415),
    ):
        assert send(whole, sent, kind) == status, sent
    assert history == (world.organization.history.count(), Invitation.history.count())  # type: ignore[attr-defined]
    assert not IdempotentRequest.objects.exists()
