"""What belongs to something in the trash is counted, listed and reached by nothing but the trash.

The numbers of every page are taken before something is moved there, while it is there, and after it has
been restored, for a colleague who sees everything and for one who sees some organizations.
"""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.people_scope import people_of
from apps.audit.timeline.positions import branches_of_record
from apps.core.errors import DomainError
from apps.core.trash.services import record_trash
from apps.core.visibility import trash_paths
from apps.flags.models import Flag
from apps.organizations.models import Invitation, Membership, Organization, StaffOrganization
from apps.organizations.services import (
    invitation_send,
    memberships_remove,
    organization_restore,
)
from apps.projects.models import Project, Task
from apps.projects.services import project_restore
from apps.reports.services import report_make
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.scope.conftest import House, make_house, text
from tests.transfers.engine import Importer, import_path

LISTS = ["organization", "membership", "invitation", "project", "task"]
APP = dict.fromkeys(["project", "task", "trashedproject"], "projects")
DATASETS = ["organizations", "members", "projects", "tasks"]


def address(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:{APP.get(model, 'organizations')}_{model}_{page}", args=args)


@pytest.fixture
def world(near: House, far: House, agent: User, boss: User, tmp_path: Path) -> House:
    """A third organization, which the limited colleague sees as well, named by a flag."""
    house = make_house("Doomed", boss)
    StaffOrganization.objects.create(user=agent, organization=house.organization)
    flag = Flag.objects.create(name="harbor")
    flag.organizations.add(house.organization, near.organization)
    return house


def numbers(client: Client, user: User, house: House, folder: Path) -> dict[str, Any]:
    """Return what every page, report, export, search and flag counts, by a name for each."""
    found: dict[str, Any] = {}
    for model in LISTS:
        page = client.get(address(model, "changelist"))
        found[f"list of {model}"] = page.context["cl"].result_count
        page = client.get(address(model, "changelist"), {"q": house.word})
        found[f"search for {model}"] = page.context["cl"].result_count
    people = client.get(reverse("admin:accounts_user_changelist"))
    found["list of people"] = people.context["cl"].result_count
    found["word in palette"] = len(
        re.findall(
            f">[^<]*{house.word}[^<]*<",
            text(client.get(reverse("admin:search"), {"s": f"{house.word} "})),
        )
    )
    for field, model, label in (
        ("organization", "membership", "organizations"),
        ("project", "task", "projects"),
    ):
        answer = client.get(
            reverse("admin:autocomplete"),
            {"app_label": label, "model_name": model, "field_name": field, "term": ""},
        )
        found[f"choice of {field}"] = len(answer.json()["results"])
    start = client.get(reverse("admin:index"))
    found |= {f"start: {card['label']}": card["count"] for card in start.context["numbers"][:4]}
    found |= {
        f"week: {card['label']}": card["this_week"]["count"]
        for card in start.context["numbers"][:4]
    }
    found["start: needs"] = [need["text"] for need in start.context["needs"]]
    report = report_make(report="weekly", params={"week": "this"}, actor=user)
    found |= {f"report: {total.label}": total.value for total in report.totals}
    found["report: rows"] = len(report.rows)
    for dataset in DATASETS:
        out = io.StringIO()
        call_command(
            "export_dataset",
            dataset,
            output=folder / "x.csv",
            user=user.email,
            json=True,
            stdout=out,
        )
        found[f"export of {dataset}"] = json.loads(out.getvalue())["rows"]
    flag = Flag.objects.get(name="harbor")
    found["flag reaches"] = flag.is_active_for_user(house.person)
    flags = client.get(reverse("admin:flags_flag_changelist"))
    found["flag says"] = re.findall(r"On for [^<]+|Off: [^<]+", text(flags))
    if User.objects.for_staff(user).filter(pk=house.person.pk).exists():
        page = text(client.get(reverse("admin:accounts_user_change", args=[house.person.pk])))
        found["person's memberships"] = page.count(f"{house.word} Shipping")
    found["organizations in scope"] = re.findall(r"Only [^<]+|\d+ organizations?", text(start))
    return found


def counted(taken: dict[str, Any], *names: str) -> list[Any]:
    return [taken[name] for name in names]


@pytest.fixture(params=["boss", "agent"])
def reader(request: pytest.FixtureRequest) -> tuple[Client, User]:
    name = request.param
    client = request.getfixturevalue("boss_client" if name == "boss" else "client")
    return client, request.getfixturevalue(name)


def test_an_organization_in_the_trash_is_counted_nowhere_and_comes_back_everywhere(
    reader: tuple[Client, User], world: House, boss: User, tmp_path: Path
) -> None:
    client, user = reader
    before = numbers(client, user, world, tmp_path)

    record_trash(record=world.organization, actor=boss, reason="Left us.")
    during = numbers(client, user, world, tmp_path)
    organization_restore(organization=world.organization, actor=boss, reason="Came back.")
    after = numbers(client, user, world, tmp_path)

    assert after == before
    for name in (f"{kind} {model}" for kind in ("list of", "search for") for model in LISTS):
        assert during[name] == before[name] - 1, name
    for name in (f"export of {dataset}" for dataset in DATASETS):
        assert during[name] == before[name] - 1, name
    for name in ("choice of organization", "choice of project", "report: rows"):
        assert during[name] == before[name] - 1, name
    for card in ("Organizations", "Members", "Open tasks"):
        assert during[f"start: {card}"] == before[f"start: {card}"] - 1, card
        assert during[f"week: {card}"] == before[f"week: {card}"] - 1, card
    assert (before["flag reaches"], during["flag reaches"]) == (True, False)
    assert before["flag says"] != during["flag says"]
    # One truth: each number is the same on every page that shows it.
    for taken in (before, during, after):
        assert len(set(counted(taken, "list of membership", "start: Members", "report: Members",
                               "export of members"))) == 1  # fmt: skip
        assert len(set(counted(taken, "list of organization", "start: Organizations",
                               "export of organizations", "choice of organization"))) == 1  # fmt: skip
        assert len(set(counted(taken, "list of project", "report: Projects", "export of projects",
                               "choice of project"))) == 1  # fmt: skip
        assert len(set(counted(taken, "list of task", "start: Open tasks", "export of tasks"))) == 1


def test_a_project_in_the_trash_takes_its_tasks_along(
    reader: tuple[Client, User], world: House, boss: User, tmp_path: Path
) -> None:
    client, user = reader
    before = numbers(client, user, world, tmp_path)

    record_trash(record=world.project, actor=boss, reason="Done.")
    during = numbers(client, user, world, tmp_path)
    project_restore(project=world.project, actor=boss, reason="Not done.")

    assert numbers(client, user, world, tmp_path) == before
    for name in ("list of task", "search for task", "export of tasks", "start: Open tasks",
                 "list of project", "export of projects", "report: Projects"):  # fmt: skip
        assert during[name] == before[name] - 1, name
    assert during["list of membership"] == before["list of membership"]


@pytest.mark.parametrize("model", LISTS)
def test_no_list_and_no_search_names_it(
    reader: tuple[Client, User], world: House, boss: User, model: str
) -> None:
    client, _ = reader
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    for query in ({}, {"q": world.word}, {"q": str(world.records()[_label(model)].pk)}):
        page = client.get(address(model, "changelist"), query)
        assert page.context["cl"].result_count == len(page.context["cl"].result_list)
        rows = [str(row) for row in page.context["cl"].result_list]
        assert not [row for row in rows if world.word.lower() in row.lower()]


def _label(model: str) -> str:
    return f"{APP.get(model, 'organizations')}.{model}"


@pytest.mark.parametrize("page", ["change", "delete", "move_to_trash"])
def test_the_old_address_of_a_trashed_record_leads_to_its_page_in_the_trash(
    reader: tuple[Client, User], world: House, boss: User, page: str
) -> None:
    client, _ = reader
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    for model, record in (("organization", world.organization), ("project", world.project)):
        answer = client.get(address(model, page, record.pk))
        assert answer.status_code == 302
        assert answer["Location"] == address(f"trashed{model}", "change", record.pk)
        assert client.get(answer["Location"]).status_code == 200


def test_the_address_in_the_trash_of_a_restored_record_leads_back(
    boss_client: Client, world: House, boss: User
) -> None:
    record_trash(record=world.organization, actor=boss, reason="Left us.")
    organization_restore(organization=world.organization, actor=boss, reason="Came back.")

    answer = boss_client.get(address("trashedorganization", "change", world.organization.pk))

    assert answer["Location"] == address("organization", "change", world.organization.pk)


@pytest.mark.parametrize("model", ["membership", "invitation", "task"])
def test_the_old_address_of_what_belongs_to_it_names_what_is_in_the_trash(
    reader: tuple[Client, User], world: House, boss: User, model: str
) -> None:
    client, _ = reader
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    answer = client.get(address(model, "change", world.records()[_label(model)].pk))

    page = text(answer)
    assert answer.status_code == 404
    assert "belongs to the organization “Doomed Shipping”, which is in the trash" in page
    assert address("trashedorganization", "change", world.organization.pk) in page


def test_a_timeline_still_tells_the_past_and_links_to_the_trash(
    reader: tuple[Client, User], world: House, boss: User
) -> None:
    client, _ = reader
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    page = text(client.get(address("organization", "history", world.organization.pk)))
    of_task = text(client.get(address("task", "history", world.task.pk)))

    url = address("trashedorganization", "change", world.organization.pk)
    assert "Doomed founded" in page
    assert url in page
    assert "which is in the trash" in of_task
    assert url in of_task
    assert branches_of_record(Organization, world.organization.pk)


def test_nobody_outside_learns_that_it_is_in_the_trash(
    client: Client, far: House, boss: User
) -> None:
    record_trash(record=far.organization, actor=boss, reason="Left us.")

    for model, record in (("organization", far.organization), ("membership", far.membership)):
        answer = client.get(address(model, "change", record.pk))
        assert answer.status_code == 404
        assert far.word not in text(answer)
        assert "which is in the trash" not in text(answer)


def test_an_invitation_to_it_says_that_the_organization_is_gone_and_is_not_mailed(
    client: Client, world: House, boss: User, mailoutbox: list[Any]
) -> None:
    invitation_send(invitation_id=world.invitation.pk)
    url = re.search(r"http://[^/]+(/\S+)", mailoutbox[0].body)[1]  # type: ignore[index]
    unsent = Invitation.objects.create(
        organization=world.organization,
        email="unsent@example.org",
        token_digest="x" * 64,
        expires_at=world.invitation.expires_at,
    )
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    for answer in (Client().get(url), Client().post(url, {"first_name": "A"})):
        assert answer.status_code == 410
        assert "This organization no longer exists" in text(answer)
    assert not invitation_send(invitation_id=unsent.pk)
    assert len(mailoutbox) == 1

    organization_restore(organization=world.organization, actor=boss, reason="Came back.")
    assert Client().get(url).status_code == 200


def test_no_bulk_action_reaches_it(world: House, boss: User) -> None:
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    removed = memberships_remove(
        memberships=Membership.all_objects.filter(pk=world.membership.pk), actor=boss, reason="Out."
    )

    assert removed == 0
    assert Membership.all_objects.filter(pk=world.membership.pk).exists()


def test_a_task_of_it_is_not_reverted(boss_client: Client, world: House, boss: User) -> None:
    first = Task.history.filter(id=world.task.pk).latest()
    Task.objects.filter(pk=world.task.pk).update(title="Doomed Task, renamed")
    newest = Task.history.filter(id=world.task.pk).latest()
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    url = address("task", "revert", world.task.pk, first.history_id)
    answer = boss_client.post(url, {"newest": newest.history_id, "reason": "Back."})

    assert answer.status_code == 404
    assert Task.all_objects.get(pk=world.task.pk).title == "Doomed Task, renamed"


def test_a_task_is_not_reverted_into_a_project_in_the_trash(
    boss_client: Client, world: House, boss: User
) -> None:
    first = Task.history.filter(id=world.task.pk).latest()
    other = ProjectFactory(organization=world.organization)
    Task.objects.filter(pk=world.task.pk).update(project=other)
    newest = Task.history.filter(id=world.task.pk).latest()
    record_trash(record=world.project, actor=boss, reason="Done.")

    url = address("task", "revert", world.task.pk, first.history_id)
    answer = boss_client.post(url, {"newest": newest.history_id, "reason": "Back."})

    assert answer.status_code == 409
    assert "is in the trash. Restore it first." in text(answer)
    assert Task.objects.get(pk=world.task.pk).project == other


@pytest.mark.parametrize("named", ["Doomed-1", "doomed", "Doomed Shipping"])
def test_an_import_that_names_it_says_where_it_is_and_what_to_do(
    importer: Importer, world: House, boss: User, named: str
) -> None:
    record_trash(record=world.organization, actor=boss, reason="Left us.")

    rows = [["E-mail", "Organization"], ["new@example.org", named]]
    outcome = importer.rows("members", rows, "--dry-run")

    assert outcome.messages() == [
        f"The organization “{named}” is in the trash. Restore it and check again, or choose another "
        "organization."
    ]


def test_an_import_of_tasks_says_so_of_a_project(
    importer: Importer, world: House, boss: User
) -> None:
    record_trash(record=world.project, actor=boss, reason="Done.")

    rows = [["Organization", "Project", "Title"], ["Doomed-1", "Doomed Project", "One more"]]
    outcome = importer.rows("tasks", rows, "--dry-run")

    assert outcome.messages() == [
        "The project “Doomed Project” is in the trash. Restore it and check again, or choose another "
        "project."
    ]


@pytest.mark.parametrize("dataset", DATASETS)
def test_an_export_can_be_imported_again_without_a_refused_row(
    world: House, boss: User, tmp_path: Path, dataset: str
) -> None:
    record_trash(record=world.organization, actor=boss, reason="Left us.")
    User.objects.update(phone="")
    call_command("export_dataset", dataset, output=tmp_path / "out.csv", stdout=io.StringIO())

    outcome = import_path(dataset, tmp_path / "out.csv")

    assert (outcome.code, outcome.json["problems"]) == (0, [])
    assert (outcome.rows, outcome.unchanged) == (2, 2)


def test_a_limited_colleague_sees_no_person_by_an_organization_in_the_trash(
    agent: User, world: House, boss: User
) -> None:
    assert User.objects.filter(pk__in=people_of(agent), pk=world.person.pk).exists()

    record_trash(record=world.organization, actor=boss, reason="Left us.")

    assert not User.objects.filter(pk__in=people_of(agent), pk=world.person.pk).exists()


class TestDeleting:
    """The ORM's own `delete` removes nothing for good that has a trash."""

    @pytest.mark.parametrize(
        "delete",
        [
            lambda house: house.organization.delete(),
            lambda house: Organization.objects.all().delete(),
            lambda house: Organization.all_objects.filter(pk=house.organization.pk).delete(),
            lambda house: house.organization.projects.all().delete(),
            lambda house: Project._base_manager.all().delete(),
            lambda house: house.trashed_organization.delete(),
        ],
    )
    def test_is_refused_with_a_sentence(self, delete: Callable[[House], Any], world: House) -> None:
        before = Organization.all_objects.count(), Project.all_objects.count()

        with pytest.raises(DomainError, match="Move them to the trash instead"):
            delete(world)

        assert (Organization.all_objects.count(), Project.all_objects.count()) == before

    def test_is_asked_for_by_its_name(self, db: None) -> None:
        organization = OrganizationFactory()

        organization.hard_delete()

        assert not Organization.all_objects.filter(pk=organization.pk).exists()


def test_what_hangs_on_what_has_a_trash_follows_it() -> None:
    """The cascade declares it; the system check `core.E010` holds every model to it."""
    assert trash_paths(Organization) == ("",)
    assert trash_paths(Project) == ("", "organization")
    assert trash_paths(Membership) == trash_paths(Invitation) == ("organization",)
    assert trash_paths(StaffOrganization) == ("organization",)
    assert trash_paths(Task) == ("project", "project__organization")
    assert trash_paths(User) == ()
