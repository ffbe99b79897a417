"""Two tabs on one import: neither overwrites silently what the other has answered."""

from typing import Any

import pytest
from django.test import Client

from apps.transfers.models import ImportRun, ImportTemplate
from tests.factories.organizations import OrganizationFactory
from tests.forms import opened, save, version
from tests.structure.access.payloads import payload
from tests.transfers.wizard import planned_run, read_run, url, work

pytestmark = pytest.mark.django_db
State = ImportRun.State


@pytest.fixture(autouse=True)
def _harbor() -> None:
    OrganizationFactory(name="Harbor Finance")


def tab(client: Client, name: str, run: ImportRun) -> Any:
    """Return a function that posts the page as it is now, with changes."""
    page = url(name, run)
    posted = opened(client, page)
    return lambda **changes: client.post(
        page, {**posted, **{key.replace("__", "-"): value for key, value in changes.items()}}
    )


def stored(run: ImportRun) -> dict[str, Any]:
    run.refresh_from_db()
    return run.matching


def test_answers_about_different_columns_are_merged(support: Client) -> None:
    run = read_run(support)
    one, two = tab(support, "columns", run), tab(support, "columns", run)

    assert one(column__2="", back="1").status_code == 302
    assert two(column__1="", mode="create", back="1").status_code == 302

    matching = stored(run)
    assert (matching["columns"]["1"], matching["columns"]["2"]) == ("", "")
    assert (matching["mode"], matching["how"]["1"]) == ("create", "none")


def test_two_answers_about_one_column_are_shown_and_saved_only_when_asked_again(
    support: Client,
) -> None:
    run = read_run(support)
    one, two = tab(support, "columns", run), tab(support, "columns", run)
    assert one(column__2="phone", mode="update", back="1").status_code == 302

    answer = two(column__2="", mode="create", back="1")

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "“Last” goes to Phone." in page
    assert "“Records” was changed." in page
    assert (stored(run)["columns"]["2"], run.matching["mode"]) == ("phone", "update")
    again = save_shown(support, answer, run, **{"column-2": "", "back": "1"})
    assert again.status_code == 302
    assert (stored(run)["columns"]["2"], run.matching["mode"]) == ("", "create")


def save_shown(client: Client, page: Any, run: ImportRun, **changes: str) -> Any:
    """Post what a page shows, with the version that the page carries."""
    page.status_code = 200
    return client.post(url("columns", run), {**payload(page), **changes})


def test_the_meaning_of_a_word_is_merged_and_compared_too(support: Client) -> None:
    run = read_run(support)
    one, two, three = (tab(support, "columns", run) for _ in range(3))
    chair, member = "word:role:chair", "word:role:member"
    assert one(**{chair: "viewer", "back": "1"}).status_code == 302
    assert two(**{member: "admin", "back": "1"}).status_code == 302
    assert stored(run)["values"]["role"] == {"chair": "viewer", "member": "admin"}

    answer = three(**{chair: "admin", "back": "1"})

    assert answer.status_code == 409
    assert "“chair” means Viewer." in answer.content.decode()
    assert stored(run)["values"]["role"]["chair"] == "viewer"


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_answers_without_the_version_of_their_page_are_not_saved(
    support: Client, token: str | None
) -> None:
    run = read_run(support)
    before = stored(run)
    posted = {"mode": "update", "on_error": "skip", "column-2": ""}
    if token is not None:
        posted["_opened"] = token

    assert support.post(url("columns", run), posted).status_code == 409
    assert support.post(url("file", run), {**posted, "delimiter": ";"}).status_code == 409

    assert (stored(run), run.state) == (before, State.READ)


def test_the_version_of_another_import_is_none(support: Client) -> None:
    other, run = read_run(support), read_run(support)
    theirs = version(support, url("columns", other))
    answer = support.post(url("columns", run), {**theirs, "mode": "update", "on_error": "skip"})
    assert answer.status_code == 409
    assert stored(run)["mode"] == "upsert"


def test_a_plan_of_another_tab_is_not_made_anew_with_old_answers(support: Client) -> None:
    run = read_run(support)
    one, two = tab(support, "columns", run), tab(support, "columns", run)
    assert one(column__2="").status_code == 302
    work()

    assert two(mode="create").status_code == 302

    assert stored(run)["columns"]["2"] == ""
    assert run.matching["mode"] == "create"


def test_a_file_that_was_read_again_has_other_columns(support: Client) -> None:
    run = read_run(support)
    columns = tab(support, "columns", run)
    save(support, url("file", run), {"delimiter": ";", "encoding": "utf-8", "header_row": "1"})
    work()
    before = stored(run)

    answer = columns(mode="create")

    assert answer.status_code == 409
    assert "read again after this page was opened" in answer.content.decode()
    assert stored(run) == before


def test_a_file_is_not_read_again_over_the_answers_of_another_tab(support: Client) -> None:
    run = read_run(support)
    file, columns = tab(support, "file", run), tab(support, "columns", run)
    assert columns(column__2="", back="1").status_code == 302
    before = stored(run)

    answer = file(delimiter=";")

    assert answer.status_code == 409
    assert "Check it again" in answer.content.decode()
    assert (stored(run), run.state) == (before, State.READ)


def test_missing_records_are_created_only_for_the_plan_that_was_seen(support: Client) -> None:
    run = planned_run(support)
    seen = run.plan_token
    save(support, url("columns", run), {"mode": "create", "on_error": "skip"})
    work()

    for action in ({"create": "organization"}, {"again": "1"}):
        support.post(url("check", run), {**action, "plan_token": seen})
        assert run.state == State.PLANNED
        assert stored(run)["create_missing"] == []
        assert run.state == State.PLANNED
    support.post(url("reason", run), {"reason": "An old page's", "plan_token": seen})
    run.refresh_from_db()
    assert run.reason == ""

    support.post(url("check", run), {"create": "organization", "plan_token": run.plan_token})
    assert stored(run)["create_missing"] == ["organization"]


def test_a_template_of_another_tab_is_not_replaced_unseen(support: Client) -> None:
    run, other = read_run(support), read_run(support)
    one, two = tab(support, "columns", run), tab(support, "columns", other)
    assert one(save_as="Spring").status_code == 302
    first = ImportTemplate.objects.get(name="Spring").matching

    answer = two(save_as="Spring", column__2="")

    assert answer.status_code == 409
    assert "“Spring” was saved in another tab" in answer.content.decode()
    assert ImportTemplate.objects.get(name="Spring").matching == first
    other.refresh_from_db()
    assert other.state == State.READ
    assert save_shown(support, answer, other, **{"column-2": ""}).status_code == 302
    assert ImportTemplate.objects.get(name="Spring").matching["columns"]["2"] == ""


def test_a_matching_that_is_taken_over_meets_the_answers_of_another_tab(support: Client) -> None:
    earlier = planned_run(support, choices={"column-1": "", "mode": "create"})
    run = read_run(support)
    address = f"{url('columns', run)}?like={earlier.pk}"
    taken_over = opened(support, address)
    assert tab(support, "columns", run)(column__2="phone", back="1").status_code == 302

    assert support.post(address, {**taken_over, "back": "1"}).status_code == 302

    matching = stored(run)
    assert (matching["columns"]["1"], matching["columns"]["2"]) == ("", "phone")
    assert matching["mode"] == "create"
