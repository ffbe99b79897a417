"""A record's timeline: what it shows, about which person, and that a page costs the same at any length."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from apps.accounts.models import User
from apps.accounts.services import user_set_roles
from apps.audit.context import audit_context
from apps.audit.event_kinds import EXPORT
from apps.audit.events import record_event
from apps.core.trash.services import record_purge, record_trash
from apps.organizations.models import Membership, Organization, Role
from apps.organizations.services import (
    membership_add,
    membership_remove,
    membership_update,
)
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.organizations import InvitationFactory, OrganizationFactory, OwnerFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db

StaffWith = Callable[..., User]
ClientOf = Callable[[User], Client]

READS = (
    "organizations.view_organization",
    "organizations.view_membership",
    "organizations.view_invitation",
    "projects.view_project",
    "projects.view_task",
    "accounts.view_user",
    "accounts.view_personal_data",
)


def text_of(response: Any) -> str:
    """Return what a page says, in one line."""
    assert response.status_code == 200, response.status_code
    return " ".join(strip_tags(response.content.decode()).split())


def history(record: Any, **query: Any) -> str:
    opts = record._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[record.pk])
    return url if not query else f"{url}?{'&'.join(f'{k}={v}' for k, v in query.items())}"


@pytest.fixture
def reader(staff_with: StaffWith, client_of: ClientOf) -> Client:
    return client_of(staff_with(*READS))


def test_a_membership_answers_who_made_her_an_admin_when_and_why(reader: Client) -> None:
    grace = SuperuserFactory(first_name="Grace", last_name="Hopper")
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    membership = OwnerFactory(organization__name="Acme").organization
    membership = membership_add(organization=membership, user=ada, role=Role.MEMBER, actor=grace)
    membership_update(
        membership=membership, role=Role.ADMIN, actor=grace, reason="She takes over the roster"
    )

    page = text_of(reader.get(history(membership)))

    assert "changed role from member to admin" in page
    assert "Grace Hopper" in page
    assert "“She takes over the roster”" in page


def test_the_same_is_told_on_the_person_and_on_the_organization(reader: Client) -> None:
    grace = SuperuserFactory(first_name="Grace", last_name="Hopper")
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    acme = OwnerFactory(organization__name="Acme").organization
    membership = membership_add(organization=acme, user=ada, role=Role.MEMBER, actor=grace)
    membership_update(membership=membership, role=Role.ADMIN, actor=grace, reason="Roster")
    membership_remove(membership=membership, actor=grace, reason="Left the company")

    of_acme, of_ada = text_of(reader.get(history(acme))), text_of(reader.get(history(ada)))

    assert "added Ada Lovelace as member" in of_acme
    assert "changed role of Ada Lovelace from member to admin" in of_acme
    assert "removed Ada Lovelace (was admin)" in of_acme
    assert "added to Acme as member" in of_ada
    assert "changed role of the membership in Acme from member to admin" in of_ada
    assert "“Left the company”" in of_ada


def test_an_organization_tells_of_its_projects_and_invitations_and_a_project_of_its_tasks(
    reader: Client,
) -> None:
    acme = OrganizationFactory(name="Acme")
    InvitationFactory(organization=acme, email="new@example.org", role=Role.VIEWER)
    apollo = ProjectFactory(organization=acme, name="Apollo")
    TaskFactory(project=apollo, title="Fuel the rocket")

    of_acme, of_apollo = text_of(reader.get(history(acme))), text_of(reader.get(history(apollo)))

    assert "invited new@example.org as viewer" in of_acme
    assert "added the project Apollo" in of_acme
    assert "added the task Fuel the rocket" in of_apollo


def test_a_person_tells_of_staff_roles_and_sign_ins(reader: Client) -> None:
    boss = SuperuserFactory(first_name="Grace", last_name="Hopper")
    ada = UserFactory()
    auditor = Group.objects.create(name="Auditor")
    user_set_roles(user=ada, roles=[auditor], actor=boss, reason="The yearly audit")
    record_event("sign_in", actor=ada, target=ada)

    page = text_of(reader.get(history(ada)))

    assert "gave the role Auditor" in page
    assert "“The yearly audit”" in page
    assert "signed in" in page


def test_entries_of_models_that_the_reader_may_not_see_are_left_out(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    acme = OrganizationFactory()
    ProjectFactory(organization=acme, name="Secret project")
    reader = client_of(staff_with("organizations.view_organization"))

    assert "Secret project" not in text_of(reader.get(history(acme)))


def test_every_entry_of_a_page_shows_its_difference_the_last_ones_too(reader: Client) -> None:
    acme = OrganizationFactory(name="name 0")
    for number in range(1, 62):
        acme.name = f"name {number}"
        acme.save()

    first = reader.get(history(acme))
    text = text_of(first)
    assert "from name 60 to name 61" in text
    assert "from name 31 to name 32" in text
    older = reader.get(history(acme, before=first.context["page"].next_before))

    assert "from name 30 to name 31" in text_of(older)
    assert "from name 1 to name 2" in text_of(older)


def test_names_of_related_records_are_shown_also_of_those_that_are_gone(reader: Client) -> None:
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    acme = OwnerFactory(organization__name="Acme").organization
    membership_add(organization=acme, user=ada, actor=None)
    task = TaskFactory()
    task.assignee = ada
    task.save()
    record_trash(record=acme, actor=None)
    acme.refresh_from_db()
    record_purge(record=acme, actor=None)

    assert "set assignee to Ada Lovelace" in text_of(reader.get(history(task)))
    assert "removed from Acme (was member)" in text_of(reader.get(history(ada)))


def test_a_hidden_field_says_that_it_changed_and_no_more(reader: Client) -> None:
    ada = UserFactory()
    ada.set_password("correct horse battery staple")
    ada.save()

    page = text_of(reader.get(history(ada)))

    assert "changed password" in page
    assert ada.password not in page


def test_a_long_text_is_shown_as_a_word_diff(reader: Client) -> None:
    project = ProjectFactory(
        description="The quick brown fox jumps over the lazy dog, and then it rests for a while."
    )
    project.description = project.description.replace("lazy", "sleeping")
    project.save()

    page = reader.get(history(project)).content.decode()

    assert "<del>lazy</del><ins>sleeping</ins>" in page


def test_personal_data_is_concealed_from_who_may_not_see_it(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    ada = UserFactory(first_name="Ada", phone="0123 111")
    ada.phone = "0123 222"
    ada.save()
    reader = client_of(staff_with("accounts.view_user"))

    page = reader.get(history(ada)).content.decode()

    assert "Ada" in page
    assert "0123" not in page


def test_moving_to_the_trash_is_one_sentence_and_the_history_can_still_be_read(
    reader: Client,
) -> None:
    acme = OwnerFactory().organization
    record_trash(record=acme, actor=None, reason="Closed down")

    page = text_of(reader.get(history(acme)))

    assert "moved it to the trash" in page
    assert "is in the trash. Restore it to open it here." in page


def test_filters_narrow_by_field_person_kind_and_day(reader: Client) -> None:
    grace = SuperuserFactory(first_name="Grace", last_name="Hopper")
    acme = OrganizationFactory(name="Acme")
    with audit_context(actor=grace):
        acme.name = "Acme Ltd"
        acme.save()
    acme.status = "suspended"
    acme.save()

    def page_text(**query: str) -> str:
        return text_of(reader.get(history(acme, **query)))

    assert "Acme Ltd" in page_text(field="name")
    assert "suspended" not in page_text(field="name").split("Clear")[1]
    assert "from Acme to Acme Ltd" in page_text(actor="hopper")
    assert "to suspended" not in page_text(actor="hopper")
    assert "created this organization" in page_text(kind="created")
    assert "to suspended" not in page_text(kind="created")
    assert "No matches" in page_text(until="2020-01-01")
    assert "to suspended" in page_text(since="2020-01-01")


def test_a_page_takes_the_same_statements_for_forty_entries_and_for_four_hundred(
    reader: Client, django_assert_max_num_queries: Any
) -> None:
    def count(record: Any) -> int:
        with django_assert_max_num_queries(60) as captured:
            reader.get(history(record))
        return len(captured)

    few, many = OrganizationFactory(), OrganizationFactory()
    for organization, entries in ((few, 40), (many, 400)):
        for number in range(entries):
            Organization.objects.filter(pk=organization.pk).update(name=f"name {number}")
    for organization in (few, many):
        OwnerFactory(organization=organization)
    count(few)

    assert count(many) == count(few)


def test_a_page_reads_its_entries_from_an_index_and_sorts_none(reader: Client) -> None:
    acme = OrganizationFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organizations_organization SET name = name || '.' WHERE id = %s", [acme.pk]
        )
        for _ in range(60):
            cursor.execute(
                "UPDATE organizations_organization SET name = left(name, 1) || random() WHERE id = %s",
                [acme.pk],
            )
        cursor.execute("ANALYZE organizations_historicalorganization")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT history_id FROM organizations_historicalorganization"
            " WHERE id = %s ORDER BY history_id DESC LIMIT 31",
            [acme.pk],
        )
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "Index" in plan
    assert "Sort" not in plan


def test_a_record_that_is_gone_is_found_by_auditors_alone(
    reader: Client, staff_with: StaffWith, client_of: ClientOf
) -> None:
    acme = OwnerFactory(organization__name="Acme").organization
    record_trash(record=acme, actor=None)
    acme.refresh_from_db()
    url, key = history(acme), acme.pk
    record_purge(record=acme, actor=None, reason="Asked to be forgotten")
    assert not Organization.all_objects.filter(pk=key).exists()
    assert not Membership.objects.filter(organization_id=key).exists()

    assert reader.get(url).status_code == 404
    auditor = client_of(staff_with(*READS, "audit.view_auditlog"))
    page = text_of(auditor.get(url, follow=True))

    assert "Acme" in page
    assert "Its history is kept" in page
    assert "“Asked to be forgotten”" in page


def test_nobody_reads_a_timeline_without_the_permission_to_view_the_record(
    client_of: ClientOf,
) -> None:
    acme = OrganizationFactory()

    assert client_of(StaffFactory()).get(history(acme)).status_code == 403
    assert Client().get(history(acme)).status_code == 302


def test_an_imported_entry_leads_to_its_run_and_names_its_row(
    reader: Client, tmp_path: Path
) -> None:
    OwnerFactory(organization__name="Acme", organization__slug="acme")
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "email,first_name,last_name,organization,role\n"
        "one@example.org,One,Person,acme,member\n"
        "two@example.org,Two,Persons,acme,viewer\n"
    )
    call_command("import_file", "members", roster, "--reason", "The new roster", stdout=StringIO())
    two = User.objects.get(email="two@example.org")

    response = reader.get(history(two))

    page = text_of(response)
    assert "Import run" in page
    assert "row 3 of roster.csv: role “viewer” → viewer" in page
    assert "“The new roster”" in page
    run = response.context["page"].entries[0].change_set.run_id
    assert reverse("admin:transfers_importrun_change", args=[run]) in response.content.decode()


def test_the_trash_leads_to_the_history_of_what_lies_in_it(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    acme = OwnerFactory(organization__name="Acme").organization
    record_trash(record=acme, actor=None, reason="Closed down")
    reader = client_of(staff_with(*READS, "organizations.restore_organization"))
    page = reader.get(reverse("admin:organizations_trashedorganization_change", args=[acme.pk]))
    url = reverse("admin:organizations_trashedorganization_history", args=[acme.pk])

    assert url in page.content.decode()
    assert "“Closed down”" in text_of(reader.get(url))


def test_who_really_acted_and_through_what_is_told(reader: Client) -> None:
    ada = StaffFactory(first_name="Ada", last_name="Lovelace")
    grace = StaffFactory(first_name="Grace", last_name="Hopper")
    acme = OrganizationFactory()
    with audit_context(actor=ada, real_actor=grace, source="form"):
        Organization.objects.filter(pk=acme.pk).update(name="Acme")
    with audit_context(actor="command import_file", source="command"):
        Organization.objects.filter(pk=acme.pk).update(name="Acme Ltd")

    page = text_of(reader.get(history(acme)))

    assert "Grace Hopper as Ada Lovelace" in page
    assert "command import_file" in page
    assert "Database, by hand as" in page


def test_a_roles_own_history_names_those_who_got_and_lost_it(client_of: ClientOf) -> None:
    boss = SuperuserFactory(first_name="Grace", last_name="Hopper")
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    auditor = Group.objects.create(name="Night auditor")
    user_set_roles(user=ada, roles=[auditor], actor=boss, reason="The yearly audit")
    user_set_roles(user=ada, roles=[], actor=boss, reason="It is over")

    page = text_of(client_of(boss).get(history(auditor)))

    assert "gave it to Ada Lovelace" in page
    assert "removed it from Ada Lovelace" in page
    assert "“It is over”" in page


def test_a_membership_that_is_gone_is_still_called_by_its_names(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    acme = OwnerFactory(organization__name="Acme").organization
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    membership = membership_add(organization=acme, user=ada, actor=None)
    url = history(membership)
    membership_remove(membership=membership, actor=None, reason="Left")

    page = client_of(staff_with(*READS, "audit.view_auditlog")).get(url, follow=True)

    assert page.context["title"] == "History of Ada Lovelace in Acme"


def test_a_change_whose_state_before_was_trimmed_says_so(reader: Client) -> None:
    acme = OrganizationFactory(name="Acme")
    Organization.objects.filter(pk=acme.pk).update(name="Acme Ltd")
    first = Organization.history.last().history_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('audit.retention', 'Older than the law asks', true)")
        cursor.execute(
            "DELETE FROM organizations_historicalorganization WHERE history_id = %s", [first]
        )

    assert "the earlier state is no longer kept" in text_of(reader.get(history(acme)))


def test_the_kinds_offered_are_those_that_the_record_has(reader: Client) -> None:
    organization = OwnerFactory().organization
    kinds = reader.get(history(organization)).context["form"].fields["kind"].choices
    assert [kind for kind, _ in kinds] == ["", "created", "changed", "deleted"]

    with audit_context(actor="test", source="api"):
        record_event(EXPORT, target=organization)
    kinds = reader.get(history(organization)).context["form"].fields["kind"].choices
    assert [kind for kind, _ in kinds] == ["", "created", "changed", "deleted", "export"]
