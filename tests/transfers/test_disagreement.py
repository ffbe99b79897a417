"""Rows that disagree about one record: each shows its own cells, and is told who says what."""

import re

from django.test import Client

from apps.organizations.models import Organization
from apps.transfers.selectors import plan_rows
from tests.transfers.wizard import planned_run, text, url

HEAD = "E-mail,First,Last,Phone,Committee,Position\n"


def roster(says: list[str]) -> str:
    """The same address with a name of its own in each row, each in another committee."""
    return HEAD + "".join(
        f"two@example.org,{name},Last{n},919-555-{n:04d},Committee {n},member\n"
        for n, name in enumerate(says)
    )


def test_each_refused_row_shows_its_own_cells(support: Client, harbor: Organization) -> None:
    for n in range(3):
        Organization.objects.create(name=f"Committee {n}", slug=f"c-{n}")
    run = planned_run(support, roster(["Jeff", "Mark", ""]))
    values = [row.values for row in plan_rows(run, verdict="refused").rows]
    assert [(v["first_name"], v["last_name"], v["phone"]) for v in values] == [
        ("Jeff", "Last0", "919-555-0000"),
        ("Mark", "Last1", "919-555-0001"),
        (None, "Last2", "919-555-0002"),
    ]


def test_the_cause_names_who_says_what_in_every_field(
    support: Client, harbor: Organization
) -> None:
    for n in range(12):
        Organization.objects.create(name=f"Committee {n}", slug=f"c-{n}")
    run = planned_run(support, roster(["Jeff"] * 7 + ["Mark"] * 4 + [""]))
    rows = plan_rows(run, verdict="refused").rows
    assert len(rows) == 12
    output = {p["column"]: p["message"] for p in rows[-2].problems}
    assert output["first_name"] == (
        "12 rows disagree about this person: first name is “Jeff” in 7 rows (2, 3, 4, …), "
        "“Mark” in 4 rows (9, 10, 11, …)."
    )
    assert output["last_name"].endswith(
        "last name is “Last0” in row 2, “Last1” in row 3, “Last2” in row 4, “Last3” in row 5, and 8 more."
    )
    assert {p["column"] for p in rows[0].problems} == {"first_name", "last_name", "phone"}
    blank = {p["column"]: p["message"] for p in rows[-1].problems}
    assert blank["first_name"].endswith("This row leaves it blank.")
    assert [p["value"] for p in rows[-2].problems if p["column"] == "first_name"] == ["Mark"]


def test_a_link_leads_to_all_rows_about_the_same_record(
    support: Client, harbor: Organization
) -> None:
    Organization.objects.create(name="Committee 0", slug="c-0")
    Organization.objects.create(name="Committee 1", slug="c-1")
    run = planned_run(
        support,
        roster(["Jeff", "Mark"])
        + "other@example.org,Ann,,,Committee 0,member\nother@example.org,Bea,,,Committee 1,member\n",
    )
    page = text(support.get(url("check", run)))
    link = re.search(r'href="([^"]+)">Show these rows', page)
    assert link is not None
    shown = support.get(link[1].replace("&amp;", "&")).context["rows"]
    assert [row.number for row in shown] == [2, 3]


def test_a_row_that_writes_nothing_of_a_person_shows_its_own_cells(
    support: Client, harbor: Organization
) -> None:
    Organization.objects.create(name="Committee 1", slug="c-1")
    run = planned_run(
        support,
        HEAD
        + "ada@example.org,Ada,,919-555-0100,Harbor Finance,member\n"
        + "ada@example.org,,Harper,,Committee 1,member\n",
    )
    first, second = (row.values for row in plan_rows(run).rows)
    # The first writes the person, with what both say; the second writes a membership alone.
    assert (first["first_name"], first["last_name"]) == ("Ada", "Harper")
    assert (second["first_name"], second["last_name"], second["phone"]) == (None, "Harper", None)
