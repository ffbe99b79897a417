"""What no page of ours sends, posted by hand: fields, inlines, keys, parameters, methods, next pages."""

import uuid
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import get_resolver, reverse

from apps.accounts.models import User
from apps.accounts.reference import load_roles
from apps.core.admin.confirmation import CONFIRMATION
from apps.organizations.models import Membership, Organization, Role
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    sudo_client,
)
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.structure.access.payloads import payload

pytestmark = pytest.mark.django_db
REASON = "Asked for by the customer."


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _form(client: Client, url: str) -> dict[str, Any]:
    """Return what the page's own form would post."""
    return payload(client.get(url))


@pytest.fixture
def keeper() -> User:
    """Somebody who changes people and organizations, and nobody's rights."""
    return StaffFactory(
        may=[
            "accounts.view_user",
            "accounts.change_user",
            "accounts.add_user",
            "accounts.view_personal_data",
            "organizations.view_organization",
            "organizations.change_organization",
            "projects.view_project",
            "projects.change_project",
        ]
    )


def test_a_person_s_form_takes_no_rights_and_no_password(keeper: User) -> None:
    person, role = UserFactory(), RoleFactory(gives=["accounts.set_roles"])
    client = _client(keeper)
    url = reverse("admin:accounts_user_change", args=[person.pk])
    forged = {
        "is_superuser": "on",
        "is_staff": "on",
        "groups": [str(role.pk)],
        "user_permissions": ["1"],
        "password": "forged",
        "status": "deactivated",
        "is_limited": "",
        "last_login": "2001-01-01",
    }

    client.post(url, {**_form(client, url), "first_name": "Nora", **forged})

    person.refresh_from_db()
    assert person.first_name == "Nora"
    assert (person.is_superuser, person.is_staff, person.status) == (False, False, "active")
    assert person.password == "!"
    assert not person.groups.exists()
    assert not person.user_permissions.exists()


def test_a_new_person_is_made_without_rights_whatever_is_posted(keeper: User) -> None:
    role = RoleFactory(gives=["accounts.set_roles"])

    _client(keeper).post(
        reverse("admin:accounts_user_add"),
        {
            "email": "new@example.org",
            "is_superuser": "on",
            "is_staff": "on",
            "groups": [str(role.pk)],
            "password": "forged",
            "_saveasnew": "1",
        },
    )

    made = User.objects.get(email="new@example.org")
    assert (made.is_superuser, made.is_staff, made.has_usable_password()) == (False, False, False)
    assert not made.groups.exists()


def test_a_colleague_s_record_is_not_changed_without_the_right_to_set_roles(keeper: User) -> None:
    colleague = StaffFactory(first_name="Old")

    answer = _client(keeper).post(
        reverse("admin:accounts_user_change", args=[colleague.pk]), {"first_name": "New"}
    )

    assert answer.status_code == 403
    colleague.refresh_from_db()
    assert colleague.first_name == "Old"


def test_nobody_changes_their_own_rights() -> None:
    role = RoleFactory(gives=["accounts.set_roles"])
    chief = StaffFactory(may=["accounts.view_user", "accounts.change_user", "accounts.set_roles"])

    answer = sudo_client(chief).post(
        reverse("admin:accounts_user_set_roles", args=[chief.pk]),
        {"roles": [str(role.pk)], "reason": REASON},
    )

    assert answer.status_code == 409
    assert not chief.groups.exists()


def test_a_hidden_inline_posted_by_hand_changes_nothing(keeper: User) -> None:
    membership = MembershipFactory(role=Role.MEMBER)
    client = _client(keeper)
    url = reverse("admin:organizations_organization_change", args=[membership.organization_id])
    assert "memberships-TOTAL_FORMS" not in client.get(url).content.decode()
    inline = {
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(membership.pk),
        "memberships-0-organization": str(membership.organization_id),
        "memberships-0-user": str(membership.user_id),
        "memberships-0-role": Role.OWNER,
        "memberships-0-DELETE": "on",
        "memberships-1-organization": str(membership.organization_id),
        "memberships-1-user": str(keeper.pk),
        "memberships-1-role": Role.OWNER,
    }

    client.post(url, {**_form(client, url), **inline})

    assert list(Membership.objects.values_list("user", "role")) == [
        (membership.user_id, Role.MEMBER)
    ]


def test_read_only_fields_posted_change_nothing(keeper: User) -> None:
    organization = OrganizationFactory()
    client = _client(keeper)
    url = reverse("admin:organizations_organization_change", args=[organization.pk])
    other = uuid.uuid4()

    client.post(
        url,
        {
            **_form(client, url),
            "id": str(other),
            "created_at": "2001-01-01",
            "deleted_at": "2001-01-01",
            "deleted_by": str(keeper.pk),
            "trash_id": str(other),
        },
    )

    fresh = Organization.objects.get(pk=organization.pk)
    assert (fresh.created_at, fresh.deleted_at) == (organization.created_at, None)
    assert not Organization.all_objects.filter(pk=other).exists()


def test_a_forged_list_editable_changes_nothing(keeper: User) -> None:
    organization = OrganizationFactory(name="Harbor")

    _client(keeper).post(
        reverse("admin:organizations_organization_changelist"),
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": str(organization.pk),
            "form-0-name": "Forged",
            "_save": "Save",
        },
    )

    organization.refresh_from_db()
    assert organization.name == "Harbor"


@pytest.mark.parametrize("extra", ["_popup=1", "_to_field=password", "_saveasnew=1"])
def test_the_admin_s_own_parameters_open_nothing(keeper: User, extra: str) -> None:
    person = UserFactory()
    url = reverse("admin:accounts_user_change", args=[person.pk])

    shown = _client(keeper).get(f"{url}?{extra}")
    number = User.objects.count()
    _client(keeper).post(f"{url}?{extra}", {"_saveasnew": "1", "first_name": "Twice"})

    assert shown.status_code in (200, 400)
    assert User.objects.count() == number


def test_a_foreign_key_out_of_scope_is_refused_like_one_that_is_not_there(keeper: User) -> None:
    mine, other = OrganizationFactory(), OrganizationFactory(name="Hidden Harbor")
    project = ProjectFactory(organization=mine)
    keeper.is_limited = True
    keeper.save()
    keeper.scope.create(organization=mine)
    client = _client(keeper)
    url = reverse("admin:projects_project_change", args=[project.pk])
    form = _form(client, url)

    answers = [
        client.post(url, {**form, "organization": str(key)}) for key in (other.pk, uuid.uuid4())
    ]

    project.refresh_from_db()
    assert project.organization_id == mine.pk
    assert all("Hidden Harbor" not in answer.content.decode() for answer in answers)


@pytest.mark.parametrize(
    "action", ["deactivate", "reactivate", "delete_selected", "set_roles", "__init__"]
)
def test_a_forged_action_of_a_list_does_nothing(action: str) -> None:
    person = UserFactory()
    looker = StaffFactory(may=["accounts.view_user"])

    answer = _client(looker).post(
        reverse("admin:accounts_user_changelist"),
        {
            "action": action,
            ACTION_CHECKBOX_NAME: [str(person.pk)],
            CONFIRMATION: "forged",
            "reason": REASON,
            "post": "yes",
        },
    )

    assert answer.status_code in (200, 302, 403)
    person.refresh_from_db()
    assert person.status == User.Status.ACTIVE


def test_a_forged_confirmation_is_asked_again(keeper: User) -> None:
    people = [UserFactory(), UserFactory()]

    answer = sudo_client(keeper).post(
        reverse("admin:accounts_user_changelist"),
        {
            "action": "deactivate",
            ACTION_CHECKBOX_NAME: [str(person.pk) for person in people],
            CONFIRMATION: "forged:token",
            "reason": REASON,
        },
    )

    assert answer.status_code == 409
    assert not User.objects.filter(status=User.Status.DEACTIVATED).exists()


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_method_override_turns_no_read_into_a_change(header: str) -> None:
    person = UserFactory()
    url = reverse("admin:accounts_user_deactivate", args=[person.pk])

    _client(SuperuserFactory()).get(f"{url}?reason=forged&_method=POST", headers={header: "POST"})

    person.refresh_from_db()
    assert person.status == User.Status.ACTIVE


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_leads_nowhere_but_on_this_site(target: str) -> None:
    user = SuperuserFactory()
    client = _client(user)

    answers = [
        client.get(reverse("admin:login"), {"next": target}),
        client.get(reverse("account_login"), {"next": target}),
        client.post(reverse("account_sudo_end"), {"next": target}),
    ]

    for answer in answers:
        location = answer.headers.get("Location", "")
        assert "evil" not in location.partition("?")[0]
        assert not location.startswith(("javascript:", "//"))


def test_every_post_without_its_token_is_refused() -> None:
    """CSRF is checked before anything else, at every address, also by who may do everything."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(SuperuserFactory())
    person = UserFactory()
    names = [
        entry.name
        for entry in _entries(get_resolver().url_patterns)
        if entry.name and entry.name.startswith("accounts_user_")
    ]

    statuses = {}
    for name in sorted(set(names)):
        arguments = [] if name.endswith(("_changelist", "_add")) else [person.pk]
        arguments += [1] if name.endswith("_revert") else []
        try:
            url = reverse(f"admin:{name}", args=arguments)
        except Exception:  # noqa: S112  Of another shape: tried with the others.
            continue
        statuses[name] = client.post(url, {"reason": REASON}).status_code
    for url in (reverse("admin:index"), reverse("account_login"), reverse("account_logout")):
        statuses[url] = client.post(url).status_code

    assert len(statuses) > 8
    assert set(statuses.values()) == {403}, statuses


def _entries(patterns: list[Any]) -> Any:
    for entry in patterns:
        if hasattr(entry, "url_patterns"):
            yield from _entries(entry.url_patterns)
        else:
            yield entry


def test_a_session_id_from_before_the_sign_in_is_worth_nothing_after() -> None:
    user = StaffFactory()
    user.set_password("a long pass phrase for once")
    user.save()
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    client.post(
        reverse("account_login"),
        {"login": user.email, "password": "a long pass phrase for once"},
    )

    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(reverse("admin:index")).status_code == 302
    assert client.session.session_key != planted


def test_a_shipped_role_is_not_changed_by_a_post() -> None:
    load_roles()
    role = Group.objects.get(name="Analyst")
    held = set(role.permissions.values_list("pk", flat=True))
    url = reverse("admin:auth_group_change", args=[role.pk])

    answer = sudo_client(SuperuserFactory()).post(
        url, {"name": "Mine", "permissions": ["1"], "_reason": REASON}
    )

    assert answer.status_code == 403
    role.refresh_from_db()
    assert role.name == "Analyst"
    assert set(role.permissions.values_list("pk", flat=True)) == held
