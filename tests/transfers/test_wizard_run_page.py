"""The list of imports and the page of one: read by those who may, undone by those who may."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.admin.display import EMPTY
from apps.organizations.models import Membership, Organization, Role
from apps.transfers.models import ImportRun, UndoRun
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory
from tests.transfers.wizard import (
    ROLES,
    ROSTER,
    applied_run,
    planned_run,
    signed_in,
    staff,
    text,
    url,
    work,
)

LIST = "admin:transfers_importrun_changelist"
READERS = {"Support", "Staff", "Operations", "Auditor", "Administrator"}


@pytest.mark.parametrize("role", ROLES)
def test_a_run_is_read_by_the_roles_that_may_view_runs(
    role: str, support: Client, agent: User, harbor: Organization
) -> None:
    run = applied_run(support)
    browser = support if role == "Support" else signed_in(staff(role))

    status = 200 if role in READERS else 403
    assert browser.get(reverse(LIST)).status_code == status
    for tab in ("result", "rows", "mapping", "log"):
        assert browser.get(f"{url('change', run)}?tab={tab}").status_code == status


def test_the_page_says_what_became_of_the_file(support: Client, harbor: Organization) -> None:
    run = applied_run(support)

    page = text(support.get(url("change", run)))

    assert "roster.csv → members, 2 applied" in page
    assert "The spring roster" in page
    assert f'data-copy="{run.upload.sha256}"' in page
    rows = text(support.get(f"{url('change', run)}?tab=rows&verdict=refused"))
    assert "E-mail is missing" in rows
    assert "ada@example.org" not in rows
    assert "bo@example.org" in text(support.get(f"{url('change', run)}?tab=rows&q=bo@"))
    mapping = text(support.get(f"{url('change', run)}?tab=mapping"))
    assert "Position" in mapping


def test_a_plan_that_nobody_confirmed_is_not_told_as_done(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support)

    numbers = support.get(url("change", run)).context["numbers"]
    assert [(n["rows"], n["label"]) for n in numbers[:4]] == [
        (2, "create"),
        (0, "update"),
        (0, "unchanged"),
        (1, "refused"),
    ]
    row = re.search(
        r"<tr[^>]*>(?:(?!</tr>).)*roster\.csv.*?</tr>", text(support.get(reverse(LIST))), re.S
    )
    assert row is not None
    numbers = re.findall(r'class="qd-number">(?:<a [^>]*>)?([^<]+)<', row[0])
    assert numbers == ["3", EMPTY, EMPTY, "1"]
    # Each number leads to its rows.
    rows = re.findall(r'class="qd-number"><a href="([^"]+)"', row[0])
    assert rows == [
        f"{url('change', run)}?tab=rows&amp;",
        f"{url('change', run)}?tab=rows&amp;verdict=refused",
    ]


def test_nothing_about_a_run_can_be_changed_through_its_page(
    support: Client, harbor: Organization
) -> None:
    run = applied_run(support)
    admin = signed_in(staff("Administrator"))

    for path in ("admin:transfers_importrun_change", "admin:transfers_importrun_delete"):
        admin.post(reverse(path, args=[run.pk]), {"state": "failed", "post": "yes"})
    run.refresh_from_db()
    assert run.state == ImportRun.State.APPLIED


def test_undo_shows_first_and_takes_back_after_a_post_with_a_reason(
    support: Client, harbor: Organization
) -> None:
    run = applied_run(support)
    tab = f"{url('change', run)}?tab=undo"

    assert "2 memberships created by the import are removed" in text(support.get(tab))
    assert support.get(url("undo", run))["Location"] == tab
    support.post(url("undo", run), {"reason": " "})
    assert not UndoRun.objects.exists()

    answer = support.post(url("undo", run), {"reason": "The wrong roster"})
    again = support.post(url("undo", run), {"reason": "The other tab"})
    assert answer["Location"] == again["Location"] == tab
    assert "data-progress" in text(support.get(tab))
    work()

    undo = UndoRun.objects.get()
    assert undo.reason == "The wrong roster"
    assert not Membership.objects.filter(user__email="ada@example.org").exists()
    assert support.get(reverse("admin:transfers_importrun_undo_progress", args=[run.pk])).json()[
        "is_over"
    ]
    assert "The wrong roster" in text(support.get(tab))
    assert "Undone" in text(support.get(url("change", run)))
    moments = support.get(f"{url('change', run)}?tab=log").context["moments"]
    assert [(what, who) for what, _, who in moments[-2:]] == [
        ("Applied", None),
        ("Undone", str(undo.user)),
    ]
    assert moments[-1][1] == undo.ended_at


def test_a_record_that_somebody_changed_since_is_named_and_kept(
    support: Client, harbor: Organization
) -> None:
    run = applied_run(support)
    Membership.objects.filter(user__email="bo@example.org").update(role="viewer")

    page = text(support.get(f"{url('change', run)}?tab=undo"))
    assert "bo@example.org" in page
    assert "created records to undo" in page
    assert "created records undone" not in page

    support.post(url("undo", run), {"reason": "The wrong roster"})
    work()
    assert "created records undone" in text(support.get(f"{url('change', run)}?tab=undo"))
    assert Membership.objects.get(user__email="bo@example.org").role == "viewer"
    assert "bo@example.org" in text(support.get(f"{url('change', run)}?tab=undo"))


def test_after_an_undo_its_page_says_what_it_did_and_what_it_kept(
    support: Client, agent: User, harbor: Organization
) -> None:
    run = applied_run(support)
    Membership.objects.filter(user__email="bo@example.org").update(role="viewer")
    tab = f"{url('change', run)}?tab=undo"
    preview = support.get(tab).context["preview_numbers"]
    support.post(url("undo", run), {"reason": "The wrong roster"})
    work()

    answer = support.get(tab)
    page = text(answer)
    assert "already undone" not in page
    assert f"Partly undone by {agent}" in page
    assert "1 membership created by the import was removed." in page
    assert "1 person created by the import was deactivated." in page
    (done,) = answer.context["undo_results"]
    told = [(number["rows"], number["url"]) for number in done["numbers"]]
    assert told == [(number["rows"], number["url"]) for number in preview]
    assert [number["rows"] for number in done["numbers"]] == [2, 0, 1]
    assert [row["key"] for row in answer.context["kept"]] == ["bo@example.org · Harbor Finance"]
    # Each number leads to its rows.
    for number, rows in zip(done["numbers"], [["ada"], [], ["bo"]], strict=True):
        keys = [row.key.partition("@")[0] for row in support.get(number["url"]).context["rows"]]
        assert set(rows) <= set(keys)
    title = text(support.get(url("change", run)))
    assert "2 rows applied, then undone except for 1" in title
    listed = reverse("admin:transfers_importrun_changelist")
    assert ">Partly undone, 1 kept</span>" in title
    assert ">Partly undone, 1 kept</span>" in text(support.get(listed))
    narrowed = support.get(listed, {"state__exact": "undone_in_part"})
    assert list(narrowed.context["cl"].queryset) == [run]

    # What holds it is still there: nothing is offered; when that is gone it is.
    assert "Undo the kept rows" not in page
    Membership.objects.filter(user__email="bo@example.org").delete()
    offered = support.get(tab)
    assert "Undo the kept rows" in text(offered)
    support.post(url("undo", run), {"reason": "The rest of it"})
    work()
    after = text(support.get(tab))
    assert "The rest of it" in after
    assert "The wrong roster" in after
    assert ">Undone</span>" in after
    assert "Partly undone, " not in after
    assert User.objects.get(email="bo@example.org").status == "deactivated"


@pytest.mark.parametrize("role", ["Staff", "Operations", "Auditor", "Analyst"])
def test_undo_asks_for_its_permission(
    role: str, support: Client, agent: User, harbor: Organization
) -> None:
    run = applied_run(support)
    browser = signed_in(staff(role))

    answer = browser.post(url("undo", run), {"reason": "I want to"})

    assert answer.status_code == 403
    assert "transfers.undo_import" in text(answer)
    assert not UndoRun.objects.exists()


def test_a_run_that_changed_nothing_has_nothing_to_undo(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support)

    assert "there is nothing to undo" in text(support.get(f"{url('change', run)}?tab=undo"))
    support.post(url("undo", run), {"reason": "All the same"})
    assert not UndoRun.objects.exists()


def test_the_pages_ask_the_same_of_the_database_at_any_size(
    support: Client, harbor: Organization, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked(address: str) -> int:
        support.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert support.get(address).status_code == 200
        return len(queries)

    few = planned_run(support)
    rows = "".join(f"p{n}@example.org,P{n},Q,Harbor Finance,member\n" for n in range(300))
    counted = {step: asked(url(step, few)) for step in ("columns", "check", "change")}
    counted["rows"] = asked(f"{url('change', few)}?tab=rows")
    listed = asked(reverse(LIST))

    many = planned_run(support, ROSTER + rows)

    for step in ("columns", "check", "change"):
        assert asked(url(step, many)) <= counted[step]
    assert asked(f"{url('change', many)}?tab=rows") <= counted["rows"]
    assert asked(reverse(LIST)) == listed
    assert max(counted.values()) <= 25


def test_the_rows_are_paged_by_their_number(support: Client, harbor: Organization) -> None:
    rows = "".join(f"p{n}@example.org,P{n},Q,Harbor Finance,member\n" for n in range(70))
    run = planned_run(support, "E-mail,First,Last,Committee,Position\n" + rows)

    first = text(support.get(url("check", run)))
    assert "p0@example.org" in first
    assert "p60@example.org" not in first
    assert "?after=51" in first
    second = text(support.get(f"{url('check', run)}?after=51"))
    assert "p60@example.org" in second
    assert "First rows" in second


def test_the_pages_go_forth_and_back_under_any_filter(
    support: Client, harbor: Organization
) -> None:
    import re

    rows = "".join(
        f"{'nobody' if n % 2 else f'p{n}@example.org'},P{n},Q,Harbor Finance,member\n"
        for n in range(330)
    )
    run = planned_run(support, "E-mail,First,Last,Committee,Position\n" + rows)

    found = [n for n in range(0, 330, 2) if str(n).startswith("1")]
    by_text = sorted(found, key=lambda n: f"p{n}@")
    for query, expected in [
        ("", list(range(2, 332))),
        ("verdict=create", list(range(2, 332, 2))),
        ("verdict=refused&cause=email:invalid", list(range(3, 332, 2))),
        ("q=p1", [n + 2 for n in by_text]),
    ]:
        seen: list[int] = []
        pages: list[list[int]] = []
        address = f"{url('check', run)}?{query}"
        while True:
            page = text(support.get(address))
            numbers = [int(n) for n in re.findall(r'<td class="qd-num">(\d+)</td>', page)]
            pages.append(numbers)
            seen += numbers
            following = re.search(r'href="([^"]+)" rel="next"', page)
            if not following:
                break
            address = following[1].replace("&amp;", "&")
        assert seen == expected, query
        # And the whole way back, page by page.
        for numbers in reversed(pages[:-1]):
            back = re.search(r'href="([^"]+)" rel="prev"', page)
            assert back is not None, query
            page = text(support.get(back[1].replace("&amp;", "&")))
            assert [int(n) for n in re.findall(r'<td class="qd-num">(\d+)</td>', page)] == numbers
        assert 'rel="prev"' not in page


def test_the_records_of_a_run_are_listed_alone(support: Client, harbor: Organization) -> None:
    MembershipFactory(organization=harbor, user__email="was-here-before@example.org")
    run = applied_run(support)
    page = text(support.get(url("change", run)))
    assert "Members of this run" in page

    memberships = f"{reverse('admin:organizations_membership_changelist')}?import_run={run.pk}"
    assert f'href="{memberships}"' in page
    listed = support.get(memberships).context["cl"].queryset
    assert {membership.user.email for membership in listed} == {"ada@example.org", "bo@example.org"}
    everybody = support.get(memberships.partition("?")[0]).context["cl"].queryset
    assert everybody.count() == 3


def test_a_membership_whose_person_alone_was_changed_is_among_the_records_of_the_run(
    support: Client, harbor: Organization
) -> None:
    membership = MembershipFactory(
        organization=harbor, user__email="ada@example.org", role=Role.OWNER
    )
    roster = (
        "E-mail,First,Last,Committee,Position\n"
        f"ada@example.org,Ada,Harper-Lind,{harbor.name},owner\n"
    )

    run = applied_run(support, roster)

    assert run.results["updated"] == 1
    memberships = f"{reverse('admin:organizations_membership_changelist')}?import_run={run.pk}"
    assert list(support.get(memberships).context["cl"].queryset) == [membership]


def test_a_new_membership_of_a_known_person_shows_what_changes_about_the_person(
    support: Client, harbor: Organization
) -> None:
    UserFactory(email="ada@example.org", first_name="Ada", last_name="Lovelace")
    run = planned_run(support, ROSTER)

    table = support.get(url("check", run)).context["rows"]

    ada, bo = ([(c.label, c.before, c.after, c.is_change) for c in row.cells] for row in table[:2])
    assert ada == [
        ("First name", None, "Ada", False),
        ("Last name", "Lovelace", "Harper", True),
        ("Role", None, "owner", False),
    ]
    assert [label for label, *_ in bo] == ["First name", "Last name", "Role"]
    assert not any(is_change for *_, is_change in bo)


@pytest.mark.parametrize(
    ("run_number", "status"), [("x", 400), ("-1", 400), ("9" * 30, 400), ("", 200)]
)
def test_a_run_that_is_no_number_is_refused(
    support: Client, harbor: Organization, run_number: str, status: int
) -> None:
    memberships = f"{reverse('admin:organizations_membership_changelist')}?import_run={run_number}"

    assert support.get(memberships, follow=True).status_code == status


def test_the_key_of_a_row_names_its_organization_and_leads_to_the_record(
    support: Client, harbor: Organization
) -> None:
    run = applied_run(support)
    membership = Membership.objects.get(user__email="ada@example.org")
    change = reverse("admin:organizations_membership_change", args=[membership.pk])

    rows = text(support.get(f"{url('change', run)}?tab=rows"))

    assert f'href="{change}"' in rows
    assert f"ada@example.org · {harbor.name}" in rows

    Organization.objects.filter(pk=harbor.pk).update(name="Harbor Treasury", external_id="H-1")
    again = planned_run(support, ROSTER.replace("Harbor Finance", "H-1"))
    unchanged = text(support.get(f"{url('check', again)}?verdict=unchanged"))
    assert "ada@example.org · Harbor Treasury" in unchanged
