"""Keys: what they may, when they end, and what a caller is told."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.authority import account_lock, actor_lock
from apps.accounts.models import User
from apps.api.grants import GRANTS
from apps.api.keys import digest
from apps.api.models import ServiceAccount, ServiceAccountUse, ServiceActor
from apps.api.services import key_make, key_revoke, service_account_create
from apps.api.throttles import READS
from apps.audit.models import Event
from apps.core.actors import MissingPermission
from apps.core.errors import DomainError
from apps.organizations import organization_scope
from tests.factories.accounts import SuperuserFactory, permission, sudo_client
from tests.factories.api import api_client, key_of, maker
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me/"
ORGANIZATIONS = "/api/v1/organizations/"


def status(key: str, path: str = ORGANIZATIONS) -> int:
    return api_client(key).get(path).status_code


def test_a_key_is_stored_as_a_digest_and_found_by_scanners() -> None:
    account, key = key_of(maker())
    assert key.startswith("qd_")
    stored = ServiceAccount.objects.values().get(pk=account.pk)
    history = account.history.values()  # type: ignore[attr-defined]
    assert stored["key_digest"] == digest(key)
    assert key not in f"{stored} {list(history)}"
    assert digest(key) not in str(list(history))


def test_a_key_may_no_more_than_its_maker_at_the_time_of_the_request() -> None:
    person = maker()
    _, key = key_of(person)
    assert status(key) == 200

    person.user_permissions.remove(permission("organizations.view_organization"))
    assert status(key) == 403
    person.user_permissions.add(permission("organizations.view_organization"))
    User.objects.filter(pk=person.pk).update(is_staff=False)
    assert status(key) == 401
    User.objects.filter(pk=person.pk).update(is_staff=True)
    assert status(key) == 200
    User.objects.filter(pk=person.pk).update(status="deactivated", is_staff=False, phone="")
    assert status(key) == 401


def test_a_key_of_a_superuser_may_only_what_it_was_given() -> None:
    _, key = key_of(SuperuserFactory(), "organizations.view_organization")
    assert status(key) == 200
    assert status(key, "/api/v1/users/") == 403
    me = api_client(key).get(ME).json()
    assert me["permissions"] == ["organizations.view_organization"]


def test_the_actor_of_a_request_has_nothing_beside_its_grants() -> None:
    from apps.api.authentication import account_of_key, actor_for

    _, key = key_of(SuperuserFactory(), "projects.view_task")
    actor = actor_for(account_of_key(key))
    assert isinstance(actor, ServiceActor)
    assert actor.get_all_permissions() == {"projects.view_task"}
    assert not actor.has_perm("api.add_serviceaccount")
    assert not actor.is_superuser
    with pytest.raises(TypeError):
        actor.save()
    # These read the actor's row again, which has every right of the person.
    for lock in (lambda: actor_lock(actor), lambda: account_lock(user=actor, actor=actor)):
        with pytest.raises(DomainError, match="A program can't decide about accounts"):
            lock()
    with pytest.raises(MissingPermission):
        service_account_create(
            name="More", permissions=[permission("projects.view_task")], actor=actor
        )


def test_an_account_whose_organizations_are_gone_sees_nothing() -> None:
    organization = OrganizationFactory()
    _, key = key_of(maker(), organizations=[organization])
    OrganizationFactory()
    assert len(api_client(key).get(ORGANIZATIONS).json()["results"]) == 1
    organization.hard_delete()
    assert api_client(key).get(ORGANIZATIONS).json()["results"] == []


def test_an_account_of_many_organizations_sees_these_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(organization_scope, "WIDE", 2)
    seen = [MembershipFactory().organization for _ in range(4)]
    MembershipFactory()
    _, key = key_of(maker(), organizations=seen)
    client = api_client(key)
    found = client.get(ORGANIZATIONS).json()["results"]
    assert [each["slug"] for each in found] == [each.slug for each in seen]
    members = client.get("/api/v1/memberships/").json()["results"]
    assert {each["organization"]["slug"] for each in members} == {each.slug for each in seen}
    # Their four people, and the maker.
    assert len(client.get("/api/v1/users/").json()["results"]) == 5


def test_a_limited_maker_is_not_told_of_what_they_no_longer_see() -> None:
    organization = OrganizationFactory(name="Zephyr Works")
    person = maker("api.view_serviceaccount", is_limited=True)
    person.scope.create(organization=organization)
    account, _ = key_of(person, organizations=[organization])
    url = reverse("admin:api_serviceaccount_change", args=[account.pk])
    client = sudo_client(person)
    assert "Zephyr" in client.get(url).content.decode()
    person.scope.all().delete()
    assert "Zephyr" not in client.get(url).content.decode()


def test_a_new_key_ends_the_old_one_at_once_or_later() -> None:
    person = maker()
    account, first = key_of(person)
    second = key_make(account=account, days=30, actor=person)
    assert (status(first), status(second)) == (401, 200)
    third = key_make(account=account, days=30, overlap_hours=1, actor=person)
    assert (status(first), status(second), status(third)) == (401, 200, 200)
    past = timezone.now() - timedelta(seconds=1)
    ServiceAccount.objects.update(previous_expires_at=past)
    assert (status(second), status(third)) == (401, 200)
    ServiceAccount.objects.update(key_expires_at=past)
    assert status(third) == 401


def test_a_revoked_key_is_refused_and_so_is_the_one_before() -> None:
    person = maker("api.revoke_key")
    account, first = key_of(person)
    second = key_make(account=account, days=30, overlap_hours=24, actor=person)
    key_revoke(account=account, actor=person, reason="It leaked.")
    assert (status(first), status(second)) == (401, 401)
    with pytest.raises(DomainError, match="has no key"):
        key_revoke(account=account, actor=person, reason="Again.")


def test_nobody_makes_a_key_that_acts_for_somebody_else() -> None:
    account, key = key_of(SuperuserFactory())
    with pytest.raises(DomainError, match="who alone can make a key"):
        key_make(account=account, days=1, actor=maker())
    with pytest.raises(DomainError, match="outside your scope"):
        key_make(account=account, days=1, actor=maker(is_limited=True))
    with pytest.raises(DomainError, match="Only a person"):
        key_make(account=account, days=1, actor="task x")
    assert status(key) == 200


def test_nobody_gives_what_they_do_not_have_or_see() -> None:
    person = maker(is_limited=True)
    person.user_permissions.remove(permission("projects.view_task"))
    person = User.objects.get(pk=person.pk)
    good: dict[str, Any] = {"name": "Sync", "permissions": [permission("accounts.view_user")]}
    for wrong in (
        {"permissions": [permission("projects.view_task")]},
        {"permissions": [permission("accounts.set_roles")]},
        {"permissions": []},
        {"organizations": [OrganizationFactory()]},
        {"name": " "},
    ):
        with pytest.raises(DomainError):
            service_account_create(**{**good, **wrong}, actor=person)
    assert not ServiceAccount.objects.exists()


def test_a_refusal_is_in_the_history_with_the_name_of_the_account() -> None:
    person = maker()
    _, key = key_of(person, "projects.view_task", name="Nightly")
    answer = api_client(key).get(ORGANIZATIONS)
    change = Event.objects.get(kind="refused").change_set
    assert change is not None
    assert change.actor_label.startswith("Nightly, for ")
    assert (change.source, str(change.actor_id)) == ("api", str(person.pk))
    assert change.request_id == answer["X-Request-ID"] == answer.json()["request_id"]


def test_a_key_is_counted_and_stopped() -> None:
    account, key = key_of(maker())
    answer = api_client(key).get(ME)
    assert answer["RateLimit-Limit"] == str(READS.requests)
    assert answer["RateLimit-Remaining"] == str(READS.requests - 1)
    used = ServiceAccountUse.objects.get(account=account)
    # A minute that does not end during the test.
    minute = used.minute + timedelta(minutes=1)
    for moment in (used.minute, minute):
        ServiceAccountUse.objects.update(minute=moment, requests=READS.requests)
        answer = api_client(key).get(ME)
        if answer.status_code == 429:
            break
    assert answer.json()["code"] == "throttled"
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer["RateLimit-Remaining"] == "0"


def test_every_error_is_a_problem_and_no_cookie_counts() -> None:
    key = key_of(maker())[1]
    client = api_client(key, raise_request_exception=False)
    for path, expected in (
        ("/api/", 404),
        ("/api/v1/users", 404),
        ("/api/v2/users/", 404),
        ("/api/v1/users/not-a-key/", 404),
        ("/api/v1/organizations/nowhere/", 404),
        ("/api/v1/organizations/nowhere/members/", 404),
        ("/api/v1/users/%00/", 400),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (
            expected,
            "application/problem+json",
        ), path
        assert answer.json()["status"] == expected
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies
    assert client.get(ME, headers={"Host": "evil.example"}).status_code == 400
    # A stranger is not told which addresses there are.
    assert {Client().get(path).status_code for path in ("/api/x/", ME)} == {401}


def test_a_fault_of_ours_is_a_problem_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from apps.api.endpoints.users import Users

    monkeypatch.setattr(Users, "rows", lambda self: 1 / 0)
    answer = api_client(key_of(maker())[1]).get("/api/v1/users/")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "division" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_two_keys_made_at_once_one_is_left() -> None:
    person = maker()
    account, _ = key_of(person)
    together, made = threading.Barrier(2), []

    def make() -> None:
        try:
            together.wait()
            made.append(key_make(account=account, days=1, actor=person))
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(status, made)) == [200, 401]


def test_the_page_shows_a_key_once() -> None:
    person = maker("api.view_serviceaccount", "api.revoke_key", "auth.view_permission")
    client = sudo_client(person)
    gives = permission("organizations.view_organization")
    added = client.post(
        reverse("admin:api_serviceaccount_add"),
        {"name": "Roster", "description": "", "permissions": [gives.pk], "_reason": "Nightly."},
    )
    assert added.status_code == 302, added.content.decode()
    account = ServiceAccount.objects.get()
    assert list(account.permissions.all()) == [gives]
    page = reverse("admin:api_serviceaccount_make_key", args=[account.pk])
    form = {"days": "30", "overlap_hours": "0", "reason": "Nightly sync."}
    client.get(page)
    answer = client.post(page, form)
    key = answer.context["key"]
    assert key in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert status(key) == 200
    change = reverse("admin:api_serviceaccount_change", args=[account.pk])
    for url in (change, reverse("admin:api_serviceaccount_history", args=[account.pk])):
        assert key not in client.get(url).content.decode()
    revoke = reverse("admin:api_serviceaccount_revoke", args=[account.pk])
    assert client.post(revoke, {"reason": "Done."}).status_code == 302
    assert status(key) == 401


def test_every_grant_can_be_offered() -> None:
    for name in GRANTS:
        assert permission(name)
    with transaction.atomic():
        assert ServiceAccount.permissions.field.get_limit_choices_to()
