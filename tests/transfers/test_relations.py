"""Words that name no record or several: listed with candidates, given a meaning, or created."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.organizations.models import Membership, Organization
from apps.transfers.models import ImportRun, ImportTemplate
from apps.transfers.selectors import plan_rows, relation_words
from tests.factories.organizations import OrganizationFactory
from tests.forms import save
from tests.transfers.engine import Importer, import_path
from tests.transfers.wizard import confirm, planned_run, read_run, text, url, work

HEAD = ["E-mail", "Committee"]


@pytest.fixture(autouse=True)
def _organizations(db: None) -> None:
    OrganizationFactory(name="Harbor Finance", slug="harbor-finance", external_id="H-1")
    OrganizationFactory(name="Harbor Works", slug="harbor-works", external_id="")
    OrganizationFactory(name="Twin", slug="twin-1")
    OrganizationFactory(name="Twin", slug="twin-2", external_id="T-2")


def roster(*organizations: str) -> list[list[str]]:
    return [HEAD, *([f"p{n}@example.org", name] for n, name in enumerate(organizations))]


def csv(*organizations: str) -> str:
    return "\n".join(",".join(row) for row in roster(*organizations)) + "\n"


@pytest.mark.parametrize(
    ("word", "message", "suggestion"),
    [
        ("Harbr Finance", "There is no organization “Harbr Finance”.", "Harbor Finance (H-1, harbor-finance), 96% similar"),
        ("Finance, Harbor", "There is no organization “Finance, Harbor”.", "Harbor Finance (H-1, harbor-finance)"),
        ("harbor works", "There is no organization “harbor works”.", "Harbor Works (harbor-works)"),
        ("Twin", "More than one organization is called “Twin”. Use the external ID or the slug.", "Twin (twin-1); Twin (T-2, twin-2)"),
        ("Zebra", "There is no organization “Zebra”.", ""),
    ],
)  # fmt: skip
def test_a_refusal_suggests_the_records_that_may_be_meant(
    importer: Importer, word: str, message: str, suggestion: str
) -> None:
    result = importer.rows("members", roster(word))
    (problem,) = result.problems
    assert (problem["column"], problem["value"], problem["message"]) == ("Committee", word, message)
    assert problem["suggestion"].startswith(suggestion)
    assert bool(problem["suggestion"]) == bool(suggestion)


def test_candidates_outside_the_agents_scope_are_never_named(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.factories.accounts import SuperuserFactory

    queryset = type(Organization.all_objects.all())
    monkeypatch.setattr(queryset, "for_staff", lambda self, user: self.exclude(slug="twin-2"))
    agent = SuperuserFactory()
    result = importer.rows("members", roster("Twim", "Twin"), "--user", agent.email)
    assert (result.created, result.failed) == (1, 1)
    assert "twin-2" not in str(result.problems)


def test_a_word_is_given_a_meaning_by_the_command(importer: Importer) -> None:
    result = importer.rows(
        "members",
        roster("Harbr", "HARBR", "Twin"),
        *("--value", "organization:Harbr=H-1", "--value", "organization:Twin=twin-1"),
    )
    assert (result.code, result.created) == (0, 3)
    memberships = Membership.objects.values_list("user__email", "organization__slug")
    assert dict(memberships) == {
        "p0@example.org": "harbor-finance",
        "p1@example.org": "harbor-finance",
        "p2@example.org": "twin-1",
    }


def test_a_meaning_that_finds_nothing_speaks_of_the_files_own_word(importer: Importer) -> None:
    result = importer.rows("members", roster("Harbr"), "--value", "organization:Harbr=H-9")
    (problem,) = result.problems
    assert problem["value"] == "Harbr"
    assert problem["message"] == ("“Harbr” was matched to “H-9”. There is no organization “H-9”.")


def test_the_columns_page_lists_open_words_with_counts_and_candidates(support: Client) -> None:
    run = read_run(support, csv("Harbr Finance", "Harbr Finance", "Twin", "H-1", "Zebra"))

    page = text(support.get(url("columns", run)))

    assert "Match organization names to records" in page
    assert "3 not matched" in page
    assert "1 other is found." in page
    assert "Create 2 missing organizations (3 rows)" in page
    options = re.findall(r'name="word:organization:Twin".*?</select>', page, re.DOTALL)[0]
    assert re.findall(r'<option value="([^"]*)"', options) == ["", "twin-1", "T-2"]
    assert "Harbor Finance (H-1, harbor-finance), 96% similar" in page


def test_one_choice_counts_for_all_rows_and_is_remembered(support: Client, agent: Any) -> None:
    run = read_run(support, csv("Harbr", "Harbr", "Twin", "Zebra"))
    answers = {
        "word:organization:Harbr": "H-1",
        "typed:organization:Twin": "twin-2",
        "word:organization:Twin": "",
        "word:organization:Zebra": "",
        "mode": "upsert",
        "on_error": "skip",
        "save_as": "Harbors",
    }

    save(support, url("columns", run), answers)
    work()

    run.refresh_from_db()
    assert run.counts == {"create": 3, "refused": 1}
    assert run.matching["values"] == {"organization": {"Harbr": "H-1", "Twin": "twin-2"}}
    again = read_run(support, csv("Harbr", "Zebra"))
    (group,) = relation_words(again, agent)
    assert [(w.word, w.count, w.meant, w.records) for w in group.words] == [
        ("Zebra", 1, "", 0),
        ("Harbr", 1, "H-1", 1),
        ("Twin", None, "twin-2", 1),
    ]
    assert ImportTemplate.objects.get(name="Harbors").matching["values"] == run.matching["values"]

    # Left open again, it is refused again.
    save(support, url("columns", again), {**answers, "word:organization:Harbr": ""})
    work()
    again.refresh_from_db()
    assert again.counts == {"refused": 2}


def test_what_is_missing_is_created_only_with_a_tick_given_for_this_file(support: Client) -> None:
    run = planned_run(support, csv("Zebra", "Zebra", "H-1"), choices={"create_organization": "on"})

    assert "Creates 1 missing organization record." in text(support.get(url("check", run)))
    confirm(support, run)
    work()

    zebra = Organization.objects.get(name="Zebra")
    assert zebra.memberships.count() == 2
    later = read_run(support, csv("Zebra", "Yak"))
    page = text(support.get(url("columns", later)))
    assert "Create 1 missing organization (1 row)" in page
    assert not re.search(r'name="create_organization"[^>]* checked[ >]', page)


def test_of_a_file_with_too_many_words_those_that_were_refused_are_listed(
    support: Client, agent: Any
) -> None:
    """More different names than are counted when a file is read: the plan knows which are open."""
    many = [f"Org {n}" for n in range(250)]
    run = planned_run(support, csv(*many, "Twin", "Twin"))
    assert relation_words(run, agent)[0].words[0].word == "Twin"

    save(
        support,
        url("columns", run),
        {"word:organization:Twin": "twin-1", "mode": "upsert", "on_error": "skip"},
    )
    work()

    run.refresh_from_db()
    assert run.counts == {"create": 2, "refused": 250}


def test_a_project_is_suggested_within_its_organization_alone(importer: Importer) -> None:
    importer.text("projects", "Organization,Name\nH-1,Budget\nT-2,Budgets\n")
    result = importer.text("tasks", "Organization,Project,Title\nH-1,Budgte,Draft\n")
    (problem,) = result.problems
    assert problem["suggestion"].startswith("Budget,")
    assert "Budgets" not in problem["suggestion"]


def test_problems_speak_of_the_files_own_headers_and_words(importer: Importer) -> None:
    rows = [
        ["Mail address", "Committee", "Position"],
        ["a@example.org", "H-1", "Chair"],
        ["a@example.org", "H-1", "co-chair "],
        ["a@example.org", "H-1", "Clerk"],
        ["nobody", "H-1", "Clerk"],
    ]
    result = importer.rows("members", rows)
    first = result.problems[0]
    assert (first["column"], first["value"]) == ("Position", "Chair")
    assert first["message"] == (
        "3 rows disagree about this membership: role is “Chair” in row 2, “co-chair” in row 3, "
        "“Clerk” in row 4."
    )
    assert (result.problems[3]["column"], result.problems[3]["field"]) == ("Mail address", "email")

    path = importer.folder / "roster.csv"
    taught = import_path("members", path, "--value", "role:clerk=owner")
    rule = taught.problems[-1]
    assert taught.created == 1
    assert (rule["row"], rule["column"]) == (5, "Mail address")


def test_a_rule_shows_the_cell_that_it_refuses(importer: Importer) -> None:
    importer.rows("members", [[*HEAD, "Position"], ["a@example.org", "H-1", "chair"]])
    result = importer.rows("members", [[*HEAD, "Position"], ["a@example.org", "H-1", "Clerk"]])
    (problem,) = result.problems
    assert (problem["column"], problem["value"]) == ("Position", "Clerk")
    (row,) = plan_rows(ImportRun.objects.get(pk=result.run), verdict="refused").rows
    assert row.problems[0]["code"] == "role:last_owner"


def test_of_many_open_words_the_first_are_shown_and_all_are_counted(
    support: Client, agent: Any
) -> None:
    many = [f"Org {n}" for n in range(120)]
    run = read_run(support, csv(*many, "Harbr"))
    answers = {"word:organization:Harbr": "H-1", "mode": "upsert", "on_error": "skip"}
    page = text(support.get(url("columns", run)))
    assert "121 not matched" in page
    assert "Create 121 missing organizations (121 rows)" in page
    assert page.count('name="typed:organization:') == 50
    save(support, url("columns", run), answers)
    work()
    run.refresh_from_db()
    assert run.counts == {"create": 1, "refused": 120}
    # What is not shown keeps its meaning.
    save(support, url("columns", run), {"mode": "upsert", "on_error": "skip"})
    work()
    run.refresh_from_db()
    assert run.matching["values"] == {"organization": {"Harbr": "H-1"}}
    (group,) = relation_words(run, agent)
    assert (group.open, group.missing, len(group.words)) == (120, 120, 50)


def test_a_name_that_two_organizations_bear_is_refused_in_a_file_of_names(
    importer: Importer,
) -> None:
    OrganizationFactory(name="Basin", external_id="B-1")
    OrganizationFactory(name="Basin", external_id="B-2")
    OrganizationFactory(name="Moor", status="suspended")
    run = importer.rows(
        "organizations", [["Name", "Status"], ["Basin", "active"], ["Moor", "active"]]
    )
    assert (run.updated, run.failed, run.refused_rows()) == (1, 1, [2])
    assert "external ID or slug" in run.messages()[0]
