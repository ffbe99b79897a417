"""Imports, exports and undos inside a scope; what is taken away meanwhile counts at once."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.models import Membership, Organization
from apps.organizations.services import user_set_scope
from apps.projects.models import Project, Task
from apps.transfers.engine.apply import applier
from apps.transfers.engine.export.driver import advance as advance_export
from apps.transfers.engine.schema import Tables
from apps.transfers.models import ExportRun, ImportRun
from apps.transfers.selectors import undo_preview
from apps.transfers.services import export_run_start, export_stream, import_run_undo
from apps.transfers.services.exports import export_rows
from tests.scope.conftest import House, text
from tests.transfers.engine import Importer, Outcome

MEMBERS = ["E-mail", "First", "Last", "Office phone", "Organization", "Role"]


@pytest.fixture
def bring(importer: Importer, agent: User) -> Any:
    """Import rows as the limited colleague."""

    def run(dataset: str, *rows: list[str], options: tuple[str, ...] = ()) -> Outcome:
        return importer.rows(dataset, list(rows), "--user", agent.email, *options)

    return run


def narrow(user: User, *organizations: Organization) -> None:
    user_set_scope(
        user=user, is_limited=True, organizations=organizations, actor=None, reason="Moved desks"
    )


def messages_of(outcome: Outcome) -> str:
    return " ".join(outcome.messages())


class TestImports:
    def test_an_organization_out_of_scope_is_refused_as_one_that_is_not_there(
        self, bring: Any, far: House, near: House
    ) -> None:
        for name in (far.organization.name, far.organization.slug, far.organization.external_id):
            outside = bring("members", MEMBERS, ["a@example.org", "A", "B", "", name, "member"])
            nowhere = bring("members", MEMBERS, ["a@example.org", "A", "B", "", "Nemo", "member"])

            assert messages_of(outside).replace(name, "Nemo") == messages_of(nowhere)
            assert outside.failed == nowhere.failed == 1
        assert far.organization.memberships.count() == 1
        assert not User.objects.filter(email="a@example.org").exists()

    @pytest.mark.parametrize("mode", ["upsert", "create", "update"])
    @pytest.mark.parametrize("column", ["External ID", "Slug", "Name"])
    def test_a_row_of_organizations_does_not_tell_which_exist(
        self, bring: Any, far: House, mode: str, column: str
    ) -> None:
        known = {
            "External ID": far.organization.external_id,
            "Slug": far.organization.slug,
            "Name": far.organization.name,
        }[column]
        options = ("--mode", mode)

        def row(key: str) -> Outcome:
            head, cells = [column, "Status"], [key, "closed"]
            if column != "Name":
                head, cells = [*head, "Name"], [*cells, "Any Name"]
            found: Outcome = bring("organizations", head, cells, options=options)
            return found

        outside, nowhere = row(known), row("nemo")

        assert messages_of(outside).replace(known, "nemo") == messages_of(nowhere)
        assert outside.created == outside.updated == nowhere.created == 0
        far.organization.refresh_from_db()
        assert far.organization.status == "active"

    def test_one_that_has_two_names_in_the_file_is_not_told_either(
        self, bring: Any, far: House
    ) -> None:
        head = ["External ID", "Slug", "Name"]
        twice = bring(
            "organizations", head, [far.organization.external_id, "", "X"],
            ["", far.organization.slug, "Y"],
        )  # fmt: skip
        nowhere = bring("organizations", head, ["N-1", "", "X"], ["", "nemo", "Y"])

        assert messages_of(twice) == messages_of(nowhere)

    def test_no_organization_is_made_on_the_way(self, bring: Any, far: House) -> None:
        outcome = bring(
            "members",
            MEMBERS,
            ["a@example.org", "A", "B", "", far.organization.name, "member"],
            ["b@example.org", "A", "B", "", "Brand New", "member"],
            options=("--create-missing", "organization"),
        )

        assert outcome.failed == 2
        assert not Organization.objects.filter(name="Brand New").exists()
        assert Organization.objects.filter(name=far.organization.name).count() == 1

    def test_an_address_out_of_scope_is_refused_and_nothing_of_its_person_is_kept(
        self, bring: Any, near: House, far: House
    ) -> None:
        outcome = bring(
            "members",
            MEMBERS,
            [far.person.email, "New", "Name", "919-555-0100", near.organization.name, "member"],
        )

        assert outcome.messages() == ["You can't import this person."]
        far.person.refresh_from_db()
        assert far.person.first_name == "FarawayAda"
        assert not Membership.objects.filter(
            user=far.person, organization=near.organization
        ).exists()
        with connection.cursor() as cursor:
            plan = Tables(outcome.run).plan.name
            cursor.execute(f"SELECT to_jsonb(p)::text FROM {plan} p")  # noqa: S608
            assert far.word not in str(cursor.fetchall())

    def test_in_update_mode_it_is_as_if_the_person_were_new(
        self, bring: Any, near: House, far: House
    ) -> None:
        def row(email: str) -> Outcome:
            found: Outcome = bring(
                "members",
                MEMBERS,
                [email, "N", "N", "", near.organization.name, "member"],
                options=("--mode", "update"),
            )
            return found

        outside, nowhere = row(far.person.email), row("nobody@example.org")

        assert outside.messages() == nowhere.messages()
        assert outside.skipped == nowhere.skipped == 1

    def test_a_project_and_a_task_out_of_scope_are_not_reached(
        self, bring: Any, near: House, far: House
    ) -> None:
        projects = bring(
            "projects",
            ["Organization", "Name", "Status"],
            [far.organization.name, far.project.name, "archived"],
            [near.organization.name, near.project.name, "archived"],
        )
        tasks = bring(
            "tasks",
            ["Organization", "Project", "Title", "Status"],
            [far.organization.name, far.project.name, far.task.title, "done"],
            [near.organization.name, far.project.name, far.task.title, "done"],
            [near.organization.name, near.project.name, near.task.title, "done"],
        )

        assert (projects.failed, projects.updated) == (1, 1)
        assert (tasks.failed, tasks.updated) == (2, 1)
        assert Project.objects.get(pk=far.project.pk).status == "draft"
        assert Task.objects.get(pk=far.task.pk).status == "todo"

    def test_the_assignee_of_a_task_is_somebody_in_scope(
        self, bring: Any, near: House, far: House
    ) -> None:
        def row(email: str) -> list[str]:
            outcome = bring(
                "tasks",
                ["Organization", "Project", "Title", "Assignee"],
                [near.organization.name, near.project.name, near.task.title, email],
            )
            return [message.replace(email, "x") for message in outcome.messages()]

        assert row(far.person.email) == row("nobody@example.org") != []

    def test_new_people_of_their_organization_come_in(
        self, bring: Any, agent: User, near: House
    ) -> None:
        outcome = bring(
            "members",
            MEMBERS,
            ["new@example.org", "New", "One", "", near.organization.name, "member"],
        )

        assert outcome.created == 1
        assert User.objects.for_staff(agent).filter(email="new@example.org").exists()

    def test_what_is_taken_away_between_two_chunks_is_left_alone(
        self,
        bring: Any,
        agent: User,
        near: House,
        far: House,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        narrow(agent, near.organization, far.organization)
        monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", 1)
        write, chunks = applier.Applier._write, []

        def then_narrow(self: Any, low: int, high: int) -> Any:
            result = write(self, low, high)
            if not chunks:
                narrow(agent, near.organization)
            chunks.append(high)
            return result

        monkeypatch.setattr(applier.Applier, "_write", then_narrow)
        outcome = bring(
            "projects",
            ["Organization", "Name", "Status"],
            [near.organization.name, near.project.name, "archived"],
            [far.organization.name, far.project.name, "archived"],
            [far.organization.name, "Another", "draft"],
        )

        assert (outcome.updated, outcome.created, outcome.drifted) == (1, 0, 2)
        assert Project.objects.get(pk=far.project.pk).status == "draft"
        assert not Project.objects.filter(name="Another").exists()

    def test_a_permission_taken_away_between_two_chunks_stops_it(
        self, bring: Any, agent: User, near: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", 1)
        write = applier.Applier._write

        def then_take(self: Any, low: int, high: int) -> Any:
            agent.user_permissions.clear()
            return write(self, low, high)

        monkeypatch.setattr(applier.Applier, "_write", then_take)
        outcome = bring(
            "projects",
            ["Organization", "Name"],
            [near.organization.name, "First"],
            [near.organization.name, "Second"],
        )

        assert outcome.created == 1
        assert not Project.objects.filter(name="Second").exists()


class TestRuns:
    @pytest.fixture
    def of_boss(self, importer: Importer, boss: User, near: House, far: House) -> ImportRun:
        outcome = importer.rows(
            "members",
            [
                MEMBERS,
                ["n@example.org", "N", "N", "", near.organization.name, "member"],
                ["f@example.org", "F", "F", "", far.organization.name, "member"],
            ],
            "--user",
            boss.email,
        )
        assert outcome.created == 2
        return outcome.record

    @pytest.mark.parametrize(
        "page", ["change", "refused", "undo", "undo_progress", "columns", "check", "progress"]
    )
    def test_of_others_are_not_there(self, client: Client, of_boss: ImportRun, page: str) -> None:
        outside = client.get(reverse(f"admin:transfers_importrun_{page}", args=[of_boss.pk]))
        nowhere = client.get(reverse(f"admin:transfers_importrun_{page}", args=[of_boss.pk + 99]))

        assert outside.status_code == nowhere.status_code == 404

    def test_of_others_are_not_listed_undone_or_named(
        self, client: Client, agent: User, of_boss: ImportRun
    ) -> None:
        listed = client.get(reverse("admin:transfers_importrun_changelist"))
        uploads = client.get(reverse("admin:transfers_upload_changelist"))

        assert listed.context["cl"].result_count == 0
        assert uploads.context["cl"].result_count == 0
        with pytest.raises(DomainError, match="outside your scope"):
            import_run_undo(run=of_boss, reason="x", actor=agent)
        err = io.StringIO()
        with pytest.raises(SystemExit):
            call_command("undo_import", str(of_boss.pk), "--user", agent.email, stderr=err)
        assert err.getvalue().strip() == f"There is no import run {of_boss.pk}."

    def test_an_undo_keeps_what_is_out_of_scope_by_now(
        self, bring: Any, agent: User, near: House, far: House
    ) -> None:
        narrow(agent, near.organization, far.organization)
        outcome = bring(
            "projects",
            ["Organization", "Name"],
            [near.organization.name, "Mine"],
            [far.organization.name, "Not mine"],
        )
        # Their scope was not narrowed: the run stays visible, as when an organization is handed over.
        agent.scope.filter(organization=far.organization).delete()

        preview = undo_preview(outcome.record, agent)
        with pytest.raises(SystemExit):
            call_command(
                "undo_import", str(outcome.run), "--user", agent.email, stdout=io.StringIO()
            )

        assert (preview.removed, preview.kept_count) == (1, 1)
        assert not Project.objects.filter(name="Mine").exists()
        assert Project.objects.filter(name="Not mine").exists()

    def test_their_own_from_before_their_scope_shrank_are_their_no_more(
        self, client: Client, bring: Any, agent: User, near: House, far: House
    ) -> None:
        narrow(agent, near.organization, far.organization)
        old = bring("projects", ["Organization", "Name"], [far.organization.name, "Far away"])
        address = reverse("admin:transfers_importrun_change", args=[old.run])
        assert client.get(address).status_code == 200

        narrow(agent, near.organization)

        assert client.get(address).status_code == 404


class TestExports:
    def rows(self, content: str) -> str:
        return "\n".join(",".join(row) for row in csv.reader(io.StringIO(content)))

    @pytest.mark.parametrize(
        "label",
        [
            "organizations_organization",
            "organizations_membership",
            "projects_project",
            "projects_task",
        ],
    )
    def test_the_export_of_a_list_holds_to_the_scope(
        self, client: Client, near: House, far: House, label: str
    ) -> None:
        address = reverse(f"admin:{label}_export")
        page = client.get(address)
        fields = [value for value, _ in page.context["form"].fields["fields_chosen"].choices]

        answer = client.post(address, {"fields_chosen": fields, "format": "csv"})

        content = text(answer)
        assert page.context["count"] == 1
        assert near.word.lower() in content.lower()
        assert far.word.lower() not in content.lower()
        assert ExportRun.objects.get().rows == 1

    def test_the_command_holds_to_its_users_scope(
        self, agent: User, near: House, far: House, tmp_path: Path
    ) -> None:
        target = tmp_path / "out.csv"

        call_command(
            "export_dataset", "members", "-o", str(target), "--user", agent.email,
            stdout=io.StringIO(),
        )  # fmt: skip

        assert near.person.email in target.read_text()
        assert far.person.email not in target.read_text()

    def test_a_filter_by_what_is_out_of_scope_gives_no_rows(
        self, client: Client, far: House
    ) -> None:
        address = reverse("admin:organizations_membership_export")
        query = f"?organization__id__exact={far.organization.pk}&user__id__exact={far.person.pk}"

        page = client.get(address + query)

        assert page.context["count"] == 0
        assert far.word not in text(page)

    def test_one_that_waits_is_written_in_the_scope_of_then_and_given_to_nobody(
        self, client: Client, agent: User, near: House, far: House
    ) -> None:
        narrow(agent, near.organization, far.organization)
        run = export_run_start(dataset="projects", format="csv", actor=agent)
        narrow(agent, near.organization)

        advance_export(run.pk)

        run.refresh_from_db()
        assert run.rows == 1
        for page in ("change", "download", "progress"):
            address = reverse(f"admin:transfers_exportrun_{page}", args=[run.pk])
            assert client.get(address).status_code == 404

    def test_the_exports_of_others_are_not_there(
        self, client: Client, boss: User, far: House
    ) -> None:
        run = export_run_start(dataset="projects", format="csv", actor=boss)

        listed = client.get(reverse("admin:transfers_exportrun_changelist"))
        page = client.get(reverse("admin:transfers_exportrun_change", args=[run.pk]))

        assert listed.context["cl"].result_count == 0
        assert page.status_code == 404


def test_an_export_of_whatever_queryset_keeps_to_the_scope(
    agent: User, far: House, near: House
) -> None:
    """A caller may hand over any records; the service itself holds the scope."""
    everything = {"dataset": "members", "queryset": Membership.objects.all(), "actor": agent}

    _, blocks = export_stream(**everything)
    _, rows = export_rows(**everything, fields=None)

    for exported in (b"".join(blocks).decode(), str(list(rows))):
        assert near.membership.user.email in exported
        assert far.membership.user.email not in exported
