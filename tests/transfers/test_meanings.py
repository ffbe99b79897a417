"""What each word of a file meant is kept with its run, and answers "why is she an admin?"."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization, StaffOrganization
from apps.transfers.cleanup import PLAN_KEPT_FOR, plans_clean_up
from apps.transfers.engine.driver import advance
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.services import import_run_match
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.transfers.engine import Importer
from tests.transfers.wizard import applied_run, planned_run, read_run, signed_in, staff, text, url

ROSTER = (
    "E-mail,First,Committee,Position\n"
    "ada@example.org,Ada,Harbor Finance,Vice-Chair\n"
    "bo@example.org,Bo,Harbor Finance,chair\n"
    "cy@example.org,Cy,Harbor Finance,chair\n"
    "di@example.org,Di,Harbor Finance,member\n"
)
VIZIER = ROSTER + "ed@example.org,Ed,Harbor Finance,Grand Vizier\n"


def meanings(run: ImportRun) -> list[tuple[str, str, str, int]]:
    return [(w["word"], w["value"], w["how"], w["rows"]) for w in run.plan_facts["words"]]


def planned_with(run: ImportRun, values: dict[str, dict[str, str]] | None = None) -> ImportRun:
    matching = Matching.from_json(run.matching)
    import_run_match(
        run=run, matching=replace(matching, values=values or matching.values), actor=run.user
    )
    advance(run.pk)
    run.refresh_from_db()
    return run


def test_every_word_is_kept_with_how_it_came_by_its_meaning(
    support: Client, harbor: Organization
) -> None:
    run = planned_with(read_run(support, VIZIER))
    assert meanings(run) == [
        ("chair", "owner", "synonym", 2),
        ("Vice-Chair", "admin", "synonym", 1),
        ("member", "member", "exact", 1),
    ]
    taught = planned_with(run, {"role": {"Grand Vizier": "viewer"}})
    assert ("Grand Vizier", "viewer", "hand", 1) in meanings(taught)

    again = planned_with(read_run(support, VIZIER))
    assert ("Grand Vizier", "viewer", "remembered", 1) in meanings(again)


@pytest.mark.parametrize(
    ("dataset", "rows", "expected"),
    [
        (
            "organizations",
            [["Name", "State"], ["Quay", "on hold"], ["Pier", "Active"]],
            {("on hold", "suspended", "synonym", 1), ("Active", "active", "exact", 1)},
        ),
        (
            "projects",
            [["Organization", "Name", "Phase"], ["H-1", "Quay", "running"]],
            {("running", "active", "synonym", 1)},
        ),
        (
            "tasks",
            [["Organization", "Project", "Title", "State"], ["H-1", "Dig", "Fill", "doing"]],
            {("doing", "in_progress", "synonym", 1)},
        ),
    ],
)
def test_each_dataset_keeps_the_words_of_its_choices(
    importer: Importer, dataset: str, rows: list[list[str]], expected: set[Any]
) -> None:
    ProjectFactory(name="Dig", organization__external_id="H-1")
    assert set(meanings(importer.rows(dataset, rows).record)) == expected


def test_the_words_are_shown_before_the_plan_is_applied_and_with_the_run(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support, ROSTER)
    check = text(support.get(url("check", run)))
    assert "“Vice-Chair” → admin" in check
    assert "Makes 2 people owners, 1 person an admin." in check
    rows = support.get(url("check", run)).context["rows"]
    assert [c.word for c in rows[0].cells if c.label == "Role"] == ["Vice-Chair"]
    lines = support.get(f"{url('change', run)}?tab=mapping").context["words"]
    assert [(line["meaning"].word, line["meaning"].value) for line in lines][:2] == [
        ("chair", "owner"), ("Vice-Chair", "admin"),
    ]  # fmt: skip


def test_a_person_with_several_memberships_is_counted_once(support: Client) -> None:
    OrganizationFactory(name="Harbor Finance")
    OrganizationFactory(name="Judiciary")
    run = planned_run(
        support,
        "E-mail,Committee,Position\n"
        "ada@example.org,Harbor Finance,chair\n"
        "Ada@Example.org,Judiciary,chair\n"
        "bo@example.org,Judiciary,vice chair\n",
    )
    check = text(support.get(url("check", run)))
    assert "Makes 1 person an owner (2 memberships), 1 person an admin." in check


def history(browser: Client, membership: Membership) -> str:
    return text(
        browser.get(reverse("admin:organizations_membership_history", args=[membership.pk]))
    )


def test_the_timeline_tells_the_word_and_leads_to_its_row(
    support: Client, agent: User, harbor: Organization
) -> None:
    run = applied_run(support, ROSTER)
    membership = Membership.objects.get(user__email="ada@example.org")
    row = f"{url('change', run)}?tab=rows&amp;q=2"
    auditor = signed_in(staff("Auditor"))

    page = history(auditor, membership)
    assert f'href="{row}"' in page
    assert "row 2 of roster.csv: Position “Vice-Chair” → admin" in page
    (shown,) = auditor.get(row.replace("&amp;", "&")).context["rows"]
    assert shown.number == 2

    # Who sees the record and not the run is told the word, and offered no link that is refused.
    colleague = staff("Staff")
    User.objects.filter(pk=colleague.pk).update(is_limited=True)
    StaffOrganization.objects.create(user=colleague, organization=harbor)
    page = history(signed_in(colleague), membership)
    assert "Position “Vice-Chair” → admin" in page
    assert row not in page


def test_the_word_outlives_the_rows_of_the_run(support: Client, harbor: Organization) -> None:
    run = applied_run(support, ROSTER)
    ImportRun.objects.update(ended_at=timezone.now() - PLAN_KEPT_FOR - timedelta(days=1))
    assert plans_clean_up() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"import_plan_{run.pk}"])
        assert cursor.fetchone() == (None,)
        cursor.execute(f"SELECT string_agg(r::text, ' ') FROM import_rows_{run.pk} r")  # noqa: S608
        assert "ada@" not in cursor.fetchone()[0]
    membership = Membership.objects.get(user__email="ada@example.org")
    assert "row 2 of roster.csv: Position “Vice-Chair” → admin" in history(support, membership)
    assert "“Vice-Chair”" in text(support.get(f"{url('change', run)}?tab=mapping"))
    assert "no longer stored" in text(support.get(f"{url('change', run)}?tab=rows"))


def test_a_membership_that_no_word_was_said_about_has_its_row_alone(
    importer: Importer, support: Client
) -> None:
    OrganizationFactory(name="Harbor", external_id="H-1")
    run = importer.rows("members", [["E-mail", "Organization"], ["a@example.org", "H-1"]])
    page = history(support, Membership.objects.get())
    assert "row 2 of roster.csv<" in page
    assert f"Import run {run.run}" in page
