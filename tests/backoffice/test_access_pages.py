"""Who can do what, and why: the page of roles, of a person, and of what is not offered."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts.reference import load_roles
from apps.accounts.services import user_set_roles
from apps.backoffice.access.answers import answers, matching
from apps.backoffice.access.permission_holders import permission_givers
from apps.backoffice.access.permission_words import rights
from apps.flags.models import Flag
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    permission,
    sudo_client,
)
from tests.factories.organizations import OrganizationFactory
from tests.forms import save

pytestmark = pytest.mark.django_db


@pytest.fixture
def roles() -> None:
    load_roles()


def _with_role(name: str, **fields: object) -> object:
    user = StaffFactory(**fields)
    user.groups.add(Group.objects.get(name=name))
    return user


def _client(user: object) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_permission_has_a_sentence_and_a_job() -> None:
    wordless = [right.code for right in rights().values() if right.words == right.code]
    jobless = [right.code for right in rights().values() if right.job == "Other"]

    assert not wordless
    assert not jobless


def test_the_page_of_roles_says_who_holds_each_role_and_what_it_may_do(roles: None) -> None:
    ann = _with_role("Support", first_name="Ann", last_name="Able")

    page = _client(ann).get(reverse("access_roles"))

    body = page.content.decode()
    assert page.status_code == 200
    assert "Ann Able" in body
    row = next(
        row
        for row in page.context["jobs"]["Imports and exports"]
        if row["right"].code == "transfers.undo_import"
    )
    assert dict(row["cells"]) == {
        "Support": True,
        "Staff": False,
        "Operations": False,
        "Analyst": False,
        "Auditor": False,
        "Administrator": True,
    }


def test_the_page_of_roles_says_what_differs_from_the_reference_file(roles: None) -> None:
    analyst = Group.objects.get(name="Analyst")
    analyst.permissions.add(permission("organizations.purge_organization"))
    analyst.permissions.remove(permission("reports.view_report"))

    page = _client(SuperuserFactory()).get(reverse("access_roles"))

    card = next(card for card in page.context["cards"] if card.role == analyst)
    assert card.more == [rights()["organizations.purge_organization"].words]
    assert card.less == [rights()["reports.view_report"].words]
    assert "Differs from the shipped role" in page.content.decode()


def test_a_person_s_page_says_which_role_gives_what_since_when_and_by_who(roles: None) -> None:
    chief = SuperuserFactory(first_name="Carl", last_name="Chief")
    ben = UserFactory(first_name="Ben", last_name="Brave")
    role = RoleFactory(name="Undoers", gives=["transfers.undo_import"])
    user_set_roles(user=ben, roles=[role], actor=chief, reason="New here.")

    page = _client(_with_role("Support")).get(reverse("access_person", args=[ben.pk]))

    body = page.content.decode()
    (given,) = page.context["roles"]
    assert given.name == "Undoers"
    assert given.by.startswith("Carl Chief")
    assert given.reason == "New here."
    assert "Carl Chief" in body
    assert "New here." in body
    assert chief.email not in body
    why = {right.code: why for rows in page.context["jobs"].values() for right, why in rows}
    assert why["transfers.undo_import"] == ["Undoers"]
    assert "organizations.purge_organization" not in why


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("can she undo an import?", "transfers.undo_import"),
        ("may they delete organizations for good", "organizations.purge_organization"),
        ("why can't I flip a flag", "flags.flip_flag"),
        ("see phone numbers", "accounts.view_personal_data"),
        ("give staff roles", "accounts.set_roles"),
        ("export the audit log", "audit.export_auditlog"),
        ("restore a project", "projects.restore_project"),
        ("Is Ben allowed to delete invitations?", "organizations.delete_invitation"),
    ],
)
def test_a_question_finds_the_permission_that_it_is_about(question: str, code: str) -> None:
    assert code in matching(question)


@pytest.mark.parametrize("question", ["may they", "?", "'&|!:*(", "zzz qqq"])
def test_a_question_without_a_known_word_finds_nothing(question: str) -> None:
    assert matching(question) == []


def test_yes_names_the_role_and_no_names_who_can_give_it(roles: None) -> None:
    admin = _with_role("Administrator", first_name="Dora", last_name="Deep")
    support, analyst = _with_role("Support"), _with_role("Analyst")

    (yes,) = [a for a in answers(support, "undo an import") if a.right.code.endswith("undo_import")]
    (no,) = [a for a in answers(analyst, "undo an import") if a.right.code.endswith("undo_import")]

    assert yes.is_yes
    assert yes.because == "Given by the role Support."
    assert not no.is_yes
    assert "Dora Deep can give it, with the role Support or Administrator" in no.help or (
        "Dora Deep can give it, with the role Administrator or Support" in no.help
    )
    assert admin in permission_givers("transfers.undo_import").people


def test_a_shut_flag_is_named_beside_the_permission(roles: None) -> None:
    support = _with_role("Support")
    Flag.objects.update_or_create(name="bulk-import", defaults={"everyone": False})

    (found,) = [a for a in answers(support, "import data") if a.right.code.endswith("import_data")]

    assert not found.is_yes
    assert any("Imports are switched off" in obstacle for obstacle in found.obstacles)


def test_the_page_of_a_person_out_of_scope_is_not_there(roles: None) -> None:
    stranger = UserFactory()
    limited = _with_role("Support", is_limited=True)

    page = _client(limited).get(reverse("access_person", args=[stranger.pk]))

    assert page.status_code == 404
    assert stranger.first_name not in page.content.decode()


def test_a_person_without_a_role_reads_who_to_ask(roles: None) -> None:
    _with_role("Administrator", first_name="Dora", last_name="Deep")

    client = _client(StaffFactory())
    start = client.get(reverse("admin:index"))
    own = client.get(reverse("access_mine") + "?q=import+data")

    assert "Dora Deep" in start.content.decode()
    assert own.status_code == 200
    assert "Dora Deep" in own.content.decode()


def test_a_refused_page_names_people_who_can_give_the_permission(roles: None) -> None:
    _with_role("Administrator", first_name="Dora", last_name="Deep")

    page = _client(_with_role("Analyst")).get(reverse("admin:flags_flag_changelist"))

    body = page.content.decode()
    assert page.status_code == 403
    assert "Dora Deep can give it" in body
    assert "flags.view_flag" in body


def test_why_not_lists_what_a_list_does_not_offer(roles: None) -> None:
    page = _client(_with_role("Support")).get(
        reverse("access_why", args=["organizations.organization"])
    )

    why = {refusal.label: refusal.why for refusal in page.context["refused"]}
    assert "“Move organizations to the trash”" in why["Move to trash"]
    assert "Add organization" in [label for label, _ in page.context["open_to_me"]]


def test_why_not_names_the_state_of_a_record(roles: None) -> None:
    person = UserFactory()

    page = _client(_with_role("Support")).get(
        reverse("access_why", args=["accounts.user"]) + f"?record={person.pk}"
    )

    why = {refusal.label: refusal.why for refusal in page.context["refused"]}
    assert "state" in why["Reactivate"]
    assert "Give and take staff roles" in why["Set roles"]


def test_why_not_tells_nothing_of_a_record_out_of_scope(roles: None) -> None:
    hidden = OrganizationFactory(name="Hidden Harbor")
    limited = _with_role("Support", is_limited=True)

    page = _client(limited).get(
        reverse("access_why", args=["organizations.organization"]) + f"?record={hidden.pk}"
    )

    assert page.status_code == 404
    assert "Hidden Harbor" not in page.content.decode()


def test_lists_and_records_lead_to_why_not(roles: None) -> None:
    organization = OrganizationFactory()
    client = _client(_with_role("Support"))

    listed = client.get(reverse("admin:organizations_organization_changelist"))
    shown = client.get(reverse("admin:organizations_organization_change", args=[organization.pk]))

    url = reverse("access_why", args=["organizations.organization"])
    assert url in listed.content.decode()
    assert f"{url}?record={organization.pk}" in shown.content.decode()


def test_nobody_gives_a_role_more_than_they_have() -> None:
    role = RoleFactory()
    wanted = permission("organizations.purge_organization")
    client = sudo_client(may=["auth.view_group", "auth.change_group", "auth.view_permission"])

    answer = save(
        client,
        reverse("admin:auth_group_change", args=[role.pk]),
        {"name": role.name, "permissions": [str(wanted.pk)], "_reason": "Wanted."},
    )

    assert "have it yourself" in answer.content.decode()
    assert not role.permissions.exists()


def test_a_role_is_changed_with_a_fresh_factor_only() -> None:
    role = RoleFactory()
    user = StaffFactory(may=["auth.view_group", "auth.change_group"])
    wanted = permission("auth.view_group")
    fields = {"name": role.name, "permissions": [str(wanted.pk)], "_reason": "Wanted."}
    url = reverse("admin:auth_group_change", args=[role.pk])

    asked = _client(user).post(url, fields)
    assert asked.status_code == 302
    assert asked["Location"].startswith(reverse("account_sudo"))
    assert not role.permissions.exists()

    save(sudo_client(user), url, fields)
    assert list(role.permissions.all()) == [wanted]


def test_the_page_of_refusals_has_no_placeholder_and_no_permission_that_cannot_be_given(
    client: Client,
) -> None:
    client.force_login(SuperuserFactory())
    pages = [
        client.get(reverse("access_why", args=[model._meta.label_lower])).content.decode()
        for model in admin.site._registry
    ]

    assert [page for page in pages if "%(" in page or "do not include “accounts.add" in page] == []
