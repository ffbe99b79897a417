"""Lists, records, histories, searches and choices: what lies outside of a scope is not there."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.projects.models import Project, Task
from tests.forms import save
from tests.scope.conftest import House, text

MODELS = [
    "organizations.organization",
    "organizations.membership",
    "organizations.invitation",
    "organizations.trashedorganization",
    "projects.project",
    "projects.task",
    "projects.trashedproject",
    "accounts.user",
]
# The address that lists all records, and what of a record's text stands in it.
PAGES = ["change", "history", "delete"]


def url(label: str, page: str, *args: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def same_answer(client: Client, address: str, unknown: str, key: Any) -> None:
    """Show that an address with a key out of scope answers as one with a key that nobody has."""
    nobody = uuid4()
    there, nowhere = client.get(address), client.get(unknown.replace(str(key), str(nobody)))
    assert there.status_code == nowhere.status_code
    assert there.status_code in (403, 404)
    assert _neutral(text(there), key) == _neutral(text(nowhere), nobody)


def _neutral(page: str, key: Any) -> str:
    lines = [line for line in page.splitlines() if "csrf" not in line.lower()]
    return "\n".join(
        line.replace(str(key), "KEY")
        for line in lines
        if "nonce" not in line and "request" not in line.lower()
    )


@pytest.mark.parametrize("label", MODELS)
def test_a_list_shows_and_counts_what_is_in_scope(
    client: Client, near: House, far: House, label: str
) -> None:
    page = text(client.get(url(label, "changelist")))

    assert near.word in page or near.word.lower() in page
    assert far.word not in page
    assert far.word.lower() not in page


@pytest.mark.parametrize("label", MODELS)
def test_a_search_finds_what_is_in_scope_alone(
    client: Client, near: House, far: House, label: str
) -> None:
    inside = client.get(url(label, "changelist"), {"q": near.word})
    outside = client.get(url(label, "changelist"), {"q": far.word})

    assert inside.context["cl"].result_count >= 1
    assert outside.context["cl"].result_count == 0


@pytest.mark.parametrize("label", MODELS)
@pytest.mark.parametrize("page", PAGES)
def test_a_record_out_of_scope_answers_as_one_that_does_not_exist(
    client: Client, near: House, far: House, label: str, page: str
) -> None:
    inside, outside = near.records()[label], far.records()[label]
    address = url(label, page, outside.pk)

    assert client.get(url(label, page, inside.pk)).status_code in (200, 403)
    same_answer(client, address, address, outside.pk)


@pytest.mark.parametrize("label", MODELS)
def test_a_record_out_of_scope_is_not_changed_by_a_post(
    client: Client, far: House, label: str
) -> None:
    outside = far.records()[label]
    before = type(outside).__dict__ and str(outside)

    for page in ("change", "delete"):
        answer = client.post(
            url(label, page, outside.pk), {"name": "Taken", "title": "Taken", "_reason": "x"}
        )
        assert answer.status_code in (403, 404)

    outside.refresh_from_db()
    assert str(outside) == before


@pytest.mark.parametrize(
    ("label", "action"),
    [
        ("organizations.organization", "move-to-trash"),
        ("organizations.trashedorganization", "restore"),
        ("organizations.trashedorganization", "purge"),
        ("organizations.organization", "invite"),
        ("organizations.invitation", "revoke"),
        ("organizations.invitation", "resend"),
        ("projects.project", "move-to-trash"),
        ("projects.trashedproject", "restore"),
        ("projects.trashedproject", "purge"),
        ("accounts.user", "set-roles"),
        ("accounts.user", "set-scope"),
    ],
)
def test_an_action_on_a_record_out_of_scope_is_not_there(
    client: Client, near: House, far: House, label: str, action: str
) -> None:
    base = url(label, "changelist")
    outside = far.records()[label]
    found = [
        address
        for address in (f"{base}{outside.pk}/{action}/", f"{base}{action}/{outside.pk}/")
        if client.get(address.replace(str(outside.pk), str(near.records()[label].pk))).status_code
        == 200
    ]
    assert found, "the action has moved"

    for address in found:
        same_answer(client, address, address, outside.pk)
        assert client.post(address, {"reason": "x", "typed": "x"}).status_code in (403, 404)


@pytest.mark.parametrize(
    ("label", "action"),
    [
        ("organizations.organization", "move_to_trash"),
        ("organizations.membership", "delete_records"),
        ("organizations.invitation", "revoke"),
        ("organizations.trashedorganization", "purge"),
        ("projects.task", "delete_records"),
        ("projects.trashedproject", "purge"),
        ("accounts.user", "verify"),
    ],
)
def test_a_bulk_action_with_foreign_keys_takes_what_is_in_scope_alone(
    client: Client, near: House, far: House, label: str, action: str
) -> None:
    records = [near.records()[label], far.records()[label]]

    page = client.post(
        url(label, "changelist"),
        {"action": action, ACTION_CHECKBOX_NAME: [str(record.pk) for record in records]},
    )
    across = client.post(
        url(label, "changelist"),
        {
            "action": action,
            "select_across": "1",
            ACTION_CHECKBOX_NAME: [str(records[0].pk)],
        },
    )

    for answer in (page, across):
        assert answer.status_code == 200
        assert far.word not in text(answer)
        assert far.word.lower() not in text(answer)


AUTOCOMPLETES = [
    ("organizations", "membership", "organization"),
    ("organizations", "membership", "user"),
    ("organizations", "invitation", "organization"),
    ("organizations", "organization", "owner"),
    ("organizations", "stafforganization", "organization"),
    ("projects", "project", "organization"),
    ("projects", "task", "project"),
    ("projects", "task", "assignee"),
    ("flags", "flag", "organizations"),
    ("flags", "flag", "users"),
]


@pytest.mark.parametrize(("app", "model", "field"), AUTOCOMPLETES)
def test_an_autocomplete_suggests_what_is_in_scope_alone(
    client: Client, near: House, far: House, app: str, model: str, field: str
) -> None:
    asked = {"app_label": app, "model_name": model, "field_name": field}

    for term in ("", near.word, far.word):
        answer = client.get(reverse("admin:autocomplete"), {**asked, "term": term})
        assert answer.status_code == 200
        assert far.word not in text(answer)
    assert near.word in text(client.get(reverse("admin:autocomplete"), asked))


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("organizations.membership", "organization"),
        ("organizations.membership", "user"),
        ("organizations.invitation", "organization"),
        ("projects.project", "organization"),
        ("projects.task", "project"),
        ("projects.task", "assignee"),
    ],
)
def test_a_filter_does_not_name_a_record_out_of_scope(
    client: Client, far: House, near: House, label: str, field: str
) -> None:
    record = far.records()[label]

    outside = client.get(
        url(label, "changelist"), {f"{field}__id__exact": getattr(record, f"{field}_id")}
    )
    inside = client.get(
        url(label, "changelist"),
        {f"{field}__id__exact": getattr(near.records()[label], f"{field}_id")},
    )

    assert outside.status_code == 200
    assert outside.context["cl"].result_count == 0
    assert far.word not in text(outside)
    assert inside.context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("label", "lookup"),
    [
        ("accounts.user", "memberships__organization__name__startswith"),
        ("accounts.user", "owned_organizations__id__exact"),
        ("accounts.user", "tasks__title__startswith"),
        ("organizations.membership", "user__memberships__organization__name__startswith"),
        ("organizations.organization", "projects__name__startswith"),
        ("projects.task", "assignee__memberships__organization__name__startswith"),
        ("projects.task", "project__organization__name__startswith"),
        ("projects.project", "created_by__memberships__organization__slug__startswith"),
    ],
)
def test_a_list_is_not_probed_through_its_relations(
    client: Client, near: House, far: House, label: str, lookup: str
) -> None:
    # A visible person who is also a member out of scope.
    Membership.objects.create(user=near.person, organization=far.organization)

    answer = client.get(url(label, "changelist"), {lookup: far.word})

    # Django sends who asks for what no list knows back to the list.
    assert answer.status_code == 400 or answer["Location"].endswith("?e=1")


def test_a_person_in_scope_shows_only_the_memberships_that_are(
    client: Client, near: House, far: House
) -> None:
    Membership.objects.create(user=near.person, organization=far.organization)

    page = text(client.get(url("accounts.user", "change", near.person.pk)))
    history = text(client.get(url("accounts.user", "history", near.person.pk)))
    deactivation = text(
        client.get(f"{url('accounts.user', 'changelist')}{near.person.pk}/deactivate/")
    )

    assert near.organization.name in page
    assert far.word not in page + history + deactivation


@pytest.mark.parametrize(
    ("label", "given"),
    [
        ("organizations.membership", {"role": "member"}),
        ("organizations.invitation", {"role": "member", "email": "new@example.org"}),
        ("projects.project", {"name": "New", "status": "draft"}),
    ],
)
def test_a_form_takes_an_organization_out_of_scope_for_none(
    client: Client, near: House, far: House, label: str, given: dict[str, str]
) -> None:
    if label == "organizations.membership":
        given = {**given, "user": str(near.person.pk)}

    def post(organization: Any) -> list[str]:
        answer = client.post(url(label, "add"), {**given, "organization": str(organization)})
        assert answer.status_code == 200, text(answer)
        errors: list[str] = answer.context["adminform"].form.errors["organization"]
        return errors

    assert post(far.organization.pk) == post(uuid4())
    assert not Project.all_objects.filter(name="New").exists()
    assert far.organization.memberships.count() == 1
    assert far.organization.invitations.count() == 1


def test_a_membership_is_not_given_to_a_person_out_of_scope(
    client: Client, near: House, far: House
) -> None:
    def post(person: Any) -> list[str]:
        answer = client.post(
            url("organizations.membership", "add"),
            {"user": str(person), "organization": str(near.organization.pk), "role": "member"},
        )
        errors: list[str] = answer.context["adminform"].form.errors["user"]
        return errors

    assert post(far.person.pk) == post(uuid4())
    assert near.organization.memberships.count() == 1


def test_an_inline_takes_no_person_out_of_scope(client: Client, near: House, far: House) -> None:
    page = client.get(url("organizations.organization", "change", near.organization.pk))
    formset = page.context["inline_admin_formsets"][0].formset
    prefix = formset.prefix

    answer = save(
        client,
        url("organizations.organization", "change", near.organization.pk),
        {
            "name": near.organization.name,
            "slug": near.organization.slug,
            "external_id": near.organization.external_id,
            "status": "active",
            f"{prefix}-TOTAL_FORMS": "1",
            f"{prefix}-INITIAL_FORMS": "0",
            f"{prefix}-0-user": str(far.person.pk),
            f"{prefix}-0-role": "member",
            "_reason": "x",
        },
    )

    assert answer.status_code == 200
    assert near.organization.memberships.count() == 1


def test_a_task_is_not_moved_to_a_project_out_of_scope(
    client: Client, near: House, far: House
) -> None:
    def post(project: Any) -> Any:
        return save(
            client,
            url("projects.task", "change", near.task.pk),
            {"project": str(project), "title": "Mine", "status": "todo", "_reason": "x"},
        )

    outside, nowhere = post(far.project.pk), post(uuid4())

    assert outside.context["adminform"].form.errors == nowhere.context["adminform"].form.errors
    near.task.refresh_from_db()
    assert near.task.project_id == near.project.pk


def test_a_colleague_who_a_task_names_stays_when_the_task_is_saved(
    client: Client, near: House, boss: User
) -> None:
    Task.objects.filter(pk=near.task.pk).update(assignee=boss)

    answer = save(
        client,
        url("projects.task", "change", near.task.pk),
        {
            "project": str(near.project.pk),
            "assignee": str(boss.pk),
            "title": "Renamed",
            "status": "todo",
            "_reason": "x",
        },
    )

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    near.task.refresh_from_db()
    assert (near.task.title, near.task.assignee_id) == ("Renamed", boss.pk)


def test_a_popup_and_a_to_field_open_nothing_more(client: Client, far: House) -> None:
    address = url("organizations.organization", "change", far.organization.pk)

    assert client.get(f"{address}?_popup=1").status_code == 404
    assert client.get(f"{address}?_to_field=id").status_code == 404
    listed = client.get(url("organizations.organization", "changelist"), {"_popup": "1"})
    assert far.word not in text(listed)


def test_the_palette_finds_what_is_in_scope_alone(client: Client, near: House, far: House) -> None:
    inside = text(client.get(reverse("admin:search"), {"s": near.word}))
    outside = text(client.get(reverse("admin:search"), {"s": far.word}))

    assert near.organization.name in inside
    assert near.project.name in inside
    assert "Harper" in inside
    assert far.word not in outside.replace(f'"{far.word}"', "")
    assert str(far.organization.pk) not in outside


def test_the_querysets_agree_with_one_another(agent: User, near: House, far: House) -> None:
    assert list(Organization.objects.for_staff(agent)) == [near.organization]
    assert list(Membership.objects.for_staff(agent)) == [near.membership]
    assert list(Project.objects.for_staff(agent)) == [near.project]
    assert list(Task.objects.for_staff(agent)) == [near.task]
    assert set(User.objects.for_staff(agent)) == {agent, near.person}
