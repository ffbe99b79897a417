"""The pages of a plan: whatever is asked for, each row is shown once, forwards and backwards alike."""

import itertools
from typing import Any

import pytest

from apps.organizations.models import Membership
from apps.transfers.engine import driver
from apps.transfers.models import ImportRun
from apps.transfers.selectors import plan_causes, plan_rows
from apps.transfers.services import import_run_confirm
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import MEMBER_HEADER, Importer

pytestmark = pytest.mark.django_db

SEARCHES = ("", "a", "ann", "ANN1", "ann1@", "b-", "b-1", "7", "12", "nobody", "%", "bad")


def roster() -> list[list[str]]:
    rows = []
    for n in range(60):
        rows.append(
            [f"ann{n}@example.org", f"Ann{n}", "Ames", "919-555-0100", f"B-{n % 3}", "member"]
        )
    return rows


def mixed() -> list[list[str]]:
    """Some of everything; what is searched begins with the same letters in two columns."""
    rows = roster()
    for n, row in enumerate(rows):
        if n % 6 == 1:
            row[1] = "Other"
        if n % 6 in (1, 2):
            row[3] = "919-555-0199"
        if n % 6 == 3:
            row[0] = f"b-{n}@example.org"
        if n % 6 == 4:
            row[0] = f"bad {n}"
        if n % 6 == 5:
            row[5] = "emperor"
    return [*rows, rows[0], ["b-9@example.org", "Late", "Comer", "", "B-1", "member"]]


@pytest.fixture
def run(importer: Importer) -> ImportRun:
    for n in range(3):
        OrganizationFactory(external_id=f"B-{n}")
    importer.rows("members", [MEMBER_HEADER, *roster()])
    return importer.rows("members", [MEMBER_HEADER, *mixed()], "--dry-run").record


def walked(run: ImportRun, **asked: Any) -> list[int]:
    """Turn the pages to the end."""
    seen, after = [], 0
    while after is not None:
        page = plan_rows(run, after=after, limit=4, **asked)
        seen += [row.number for row in page.rows]
        after = page.next_after
    return seen


def walked_back(run: ImportRun, last: int, **asked: Any) -> list[int]:
    """Turn them back from the last row, which is not shown again."""
    seen, before = [], last
    while before is not None:
        page = plan_rows(run, before=before, limit=4, **asked)
        seen = [row.number for row in page.rows] + seen
        before = page.previous_before
    return seen


def expected(run: ImportRun, verdict: str, cause: str, search: str) -> list[int]:
    """The rows that the filter means, in the order of the page, out of all of them."""
    found = []
    for row in plan_rows(run, limit=500).rows:
        causes = row.changes if row.verdict == "update" else [p["code"] for p in row.problems]
        if (verdict and row.verdict != verdict) or (verdict and cause and cause not in causes):
            continue
        output = {problem["column"]: problem["value"] for problem in row.problems}
        texts = [row.values[name] or output.get(name, "") for name in ("email", "organization")]
        begins = [text.lower().startswith(search.lower()) for text in texts]
        if not search or (search.isdecimal() and int(search) == row.number):
            found.append((0, "", row.number))
        elif any(begins):
            first = begins.index(True)
            found.append((1 + first, texts[first].lower(), row.number))
    return [number for *_, number in sorted(found)]


def test_every_filter_and_search_shows_its_rows_once_in_order(run: ImportRun) -> None:
    causes = [(cause.verdict, cause.code) for cause in plan_causes(run)]
    assert {verdict for verdict, _ in causes} == {"update", "refused", "duplicate"}
    filters = [
        ("", ""),
        ("create", ""),
        ("unchanged", ""),
        ("skipped", ""),
        ("refused", "none:such"),
    ]
    filters += [*causes, *((verdict, "") for verdict, _ in causes)]
    for (verdict, cause), search in itertools.product(filters, SEARCHES):
        asked = {"verdict": verdict, "cause": cause, "search": search}
        rows = expected(run, verdict, cause, search)
        assert walked(run, **asked) == rows, asked
        if rows:
            assert walked_back(run, rows[-1], **asked) == rows[:-1], asked


def test_totals_by_cause_are_the_rows_that_a_filter_shows(run: ImportRun) -> None:
    for cause in plan_causes(run):
        rows = walked(run, verdict=cause.verdict, cause=cause.code)
        assert len(rows) == cause.rows, cause


def test_a_refused_address_is_found_as_the_file_spells_it(run: ImportRun) -> None:
    (row,) = plan_rows(run, search="Bad 10").rows
    assert (row.number, row.problems[0]["value"]) == (12, "bad 10")


def test_rows_left_alone_are_shown_with_those_planned_alike(importer: Importer) -> None:
    OrganizationFactory(external_id="B-1")
    plan = [[f"ann{n}@example.org", "Ann", "Ames", "", "B-1", "member"] for n in range(9)]
    run = importer.rows("members", [MEMBER_HEADER, *plan]).record
    Membership.objects.update(role="viewer")
    changed = [[*row[:-1], "admin"] for row in plan]
    run = importer.rows("members", [MEMBER_HEADER, *changed], "--dry-run").record
    Membership.objects.filter(user__email="ann4@example.org").update(role="owner")
    import_run_confirm(
        run=run, plan_token=run.plan_token, reason="", actor=None, accept_impacts=True
    )
    driver.advance(run.pk)
    run.refresh_from_db()
    assert walked(run, outcome="drifted") == [6]
    assert walked(run, outcome="drifted", verdict="update", cause="role", search="ann") == [6]
    assert walked(run, outcome="drifted", verdict="create") == []
    assert walked(run, verdict="update", cause="role", search="ann") == list(range(2, 11))
    assert walked(run, outcome="applied") == [2, 3, 4, 5, 7, 8, 9, 10]
