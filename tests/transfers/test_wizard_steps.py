"""New import, step by step, through the pages: what each shows, and what each refuses."""

from django.test import Client

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from apps.transfers.models import ImportRun, ImportTemplate
from tests.forms import opened, save
from tests.transfers.wizard import (
    ROSTER,
    applied_run,
    confirm,
    planned_run,
    read_run,
    text,
    upload,
    url,
    work,
)

State = ImportRun.State


def test_a_roster_goes_from_the_file_to_the_records(support: Client, harbor: Organization) -> None:
    # The file goes up, and its page waits for the worker.
    answer = upload(support, ROSTER)
    run = ImportRun.objects.get()
    assert answer["Location"] == url("file", run)
    assert "data-progress" in text(support.get(answer["Location"]))

    work()
    page = text(support.get(url("file", run)))
    assert "<strong>3 rows</strong>" in page
    assert "<strong>comma</strong>" in page
    assert "Ada" in page

    page = text(support.get(url("columns", run)))
    assert 'aria-label="Meaning of chair"' in page
    assert '<option value="owner" selected>' in page

    answer = save(support, url("columns", run), {"mode": "upsert", "on_error": "skip"})
    assert answer["Location"] == url("check", run)
    assert "Checking every row" in text(support.get(url("check", run)))

    work()
    page = text(support.get(url("check", run)))
    assert "Apply 2 rows" in page
    assert "E-mail is missing" in page
    assert not Membership.objects.filter(user__email="ada@example.org").exists()

    run.refresh_from_db()
    answer = confirm(support, run)
    assert answer["Location"] == url("apply", run)
    assert "You can close this page" in text(support.get(url("apply", run)))

    work()
    page = text(support.get(url("apply", run)))
    assert "2 rows applied" in page
    assert Membership.objects.get(user__email="ada@example.org").role == "owner"
    assert Membership.objects.get(user__email="bo@example.org").role == "member"
    run.refresh_from_db()
    assert run.reason == "The spring roster"
    assert run.confirmed_by == run.user


def test_a_second_import_of_the_file_says_so_and_has_nothing_to_apply(
    support: Client, harbor: Organization
) -> None:
    applied_run(support)

    again = planned_run(support)

    assert "The same file was imported before by" in text(support.get(url("file", again)))
    page = text(support.get(url("check", again)))
    assert "Nothing to apply" in page
    assert 'name="apply"' not in page


def test_a_step_that_the_run_has_not_come_to_sends_to_where_it_stands(
    support: Client, harbor: Organization
) -> None:
    upload(support, ROSTER)
    run = ImportRun.objects.get()
    for later in ("columns", "check", "apply"):
        assert support.get(url(later, run))["Location"] == url("file", run)

    work()
    assert support.get(url("check", run))["Location"] == url("file", run)

    done = applied_run(support, ROSTER + "di@example.org,Di,Marsh,Harbor Finance,member\n")
    for earlier in ("file", "columns", "check"):
        assert support.get(url(earlier, done))["Location"] == url("apply", done)


def test_going_back_keeps_columns_words_options_and_reason(
    support: Client, harbor: Organization
) -> None:
    run = read_run(support)
    left = {
        "column-1": "",
        "word:role:chair": "admin",
        "mode": "update",
        "on_error": "stop",
        "stop_after": "7",
        "empty_words": "N/A",
        "back": "1",
    }

    answer = save(support, url("columns", run), left)

    assert answer["Location"] == url("file", run)
    run.refresh_from_db()
    assert run.state == State.READ
    assert run.matching["columns"]["1"] == ""
    assert run.matching["values"] == {"role": {"chair": "admin"}}
    assert (run.matching["mode"], run.matching["on_error"]) == ("update", "stop")
    page = text(support.get(url("columns", run)))
    assert 'value="7"' in page
    assert 'value="N/A"' in page

    planned = planned_run(support)
    answer = save(support, url("check", planned), {"reason": "half typed", "back": "1"})
    assert answer["Location"] == url("columns", planned)
    assert "half typed" in text(support.get(url("check", planned)))


def test_words_that_a_new_column_brings_are_asked_before_the_check(
    support: Client, harbor: Organization
) -> None:
    roster = "E-mail,Committee,Standing\nada@example.org,Harbor Finance,grand vizier\n"
    run = read_run(support, roster)
    by_hand = {"column-2": "role", "mode": "upsert", "on_error": "skip"}

    answer = save(support, url("columns", run), by_hand)

    assert answer.status_code == 200
    assert "grand vizier" in text(answer)
    run.refresh_from_db()
    assert run.state == State.READ

    answer = save(support, url("columns", run), {**by_hand, "word:role:grand vizier": "viewer"})
    work()
    page = text(support.get(answer["Location"]))
    assert "Apply 1 row" in page
    assert "viewer" in page


def test_a_missing_field_is_named_and_nothing_is_planned(
    support: Client, harbor: Organization
) -> None:
    run = read_run(support, "First,Last,Committee\nAda,Harper,Harbor Finance\n")
    missing = '<strong data-required="email">E-mail</strong>'
    assert missing in text(support.get(url("columns", run)))

    answer = save(support, url("columns", run), {"mode": "upsert", "on_error": "skip"})

    assert answer.status_code == 409
    assert missing in text(answer)
    run.refresh_from_db()
    assert run.state == State.READ


def test_two_columns_for_one_field_are_refused_with_both_names(
    support: Client, harbor: Organization
) -> None:
    run = read_run(support)

    answer = save(
        support,
        url("columns", run),
        {"column-1": "last_name", "mode": "upsert", "on_error": "skip"},
    )

    assert answer.status_code == 409
    assert "Both “First” and “Last”" in text(answer)


def test_a_reason_must_be_given_and_what_was_typed_stays(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support)

    answer = confirm(support, run, reason="  ")

    assert answer.status_code == 400
    assert "A reason is required" in text(answer)
    run.refresh_from_db()
    assert run.state == State.PLANNED


def test_confirming_from_two_tabs_is_one_import(support: Client, harbor: Organization) -> None:
    run = planned_run(support)

    first, second = confirm(support, run), confirm(support, run, reason="The other tab")
    work()
    third = confirm(support, run)

    assert {first["Location"], second["Location"], third["Location"]} == {url("apply", run)}
    run.refresh_from_db()
    assert run.reason == "The spring roster"
    assert run.results["created"] == 2
    assert (
        Membership.objects.filter(organization=harbor, user__email="ada@example.org").count() == 1
    )


def test_a_plan_made_anew_is_not_confirmed_by_a_page_that_showed_the_old_one(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support)
    old = run.plan_token
    save(support, url("columns", run), {"mode": "create", "on_error": "skip"})
    work()
    run.refresh_from_db()

    answer = confirm(support, run, plan_token=old)

    assert answer.status_code == 409
    assert "The rows were checked again" in text(answer)
    run.refresh_from_db()
    assert run.state == State.PLANNED


def test_all_or_nothing_with_a_refused_row_offers_no_button(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support, choices={"on_error": "stop"})

    page = text(support.get(url("check", run)))
    assert "all or nothing" in page
    assert 'name="apply"' not in page
    assert confirm(support, run).status_code == 409
    assert not Membership.objects.filter(user__email="ada@example.org").exists()


def test_cancel_asks_by_a_get_and_acts_by_a_post(support: Client, harbor: Organization) -> None:
    run = planned_run(support)

    assert "Cancel this import?" in text(support.get(url("cancel", run)))
    run.refresh_from_db()
    assert run.state == State.PLANNED

    answer = support.post(url("cancel", run), follow=True)
    run.refresh_from_db()
    assert run.state == State.CANCELED
    assert "Canceled, nothing was applied" in text(answer)
    assert confirm(support, run)["Location"] == url("apply", run)
    assert not User.objects.filter(email="ada@example.org").exists()


def test_the_file_can_be_read_in_another_way(support: Client, harbor: Organization) -> None:
    run = read_run(support, "Roster of spring\n" + ROSTER)

    answer = save(
        support, url("file", run), {"encoding": "utf-8", "delimiter": ";", "header_row": 1}
    )

    assert answer.status_code == 302
    work()
    assert "<strong>semicolon</strong>" in text(support.get(url("file", run)))


def test_the_mapping_of_an_earlier_import_is_taken_over_by_its_headers(
    support: Client, harbor: Organization
) -> None:
    earlier = planned_run(support, choices={"column-1": "", "word:role:chair": "viewer"})
    turned = (
        "Position,Last,First,Committee,E-mail\nchair,Harper,Ada,Harbor Finance,ada@example.org\n"
    )

    answer = upload(support, turned, like=str(earlier.pk))
    assert answer["Location"].endswith(f"?like={earlier.pk}")
    work()
    run = ImportRun.objects.latest("pk")
    before = run.matching
    page = f"{url('columns', run)}?like={earlier.pk}"
    taken_over = opened(support, page)

    run.refresh_from_db()
    assert run.matching == before  # A look stores nothing.
    assert support.post(page, {**taken_over, "back": "1"}).status_code == 302
    run.refresh_from_db()
    assert run.matching["columns"]["2"] == ""
    assert run.matching["columns"]["4"] == "email"
    assert run.matching["values"] == {"role": {"chair": "viewer"}}


def test_a_matching_is_saved_as_a_template_and_used(support: Client, harbor: Organization) -> None:
    planned_run(support, choices={"save_as": "Harbor's roster", "word:role:chair": "viewer"})
    template = ImportTemplate.objects.get(name="Harbor's roster")

    run = read_run(support, "Committee,Position,E-mail\nHarbor Finance,chair,ada@example.org\n")
    before = run.matching
    address = f"{url('columns', run)}?template={template.pk}"
    page = text(support.get(address))

    assert "Harbor&#x27;s roster" in page
    run.refresh_from_db()
    assert run.matching == before
    assert support.post(address, {**opened(support, address), "back": "1"}).status_code == 302
    run.refresh_from_db()
    assert run.matching["columns"] == {"0": "organization", "1": "role", "2": "email"}
    assert run.matching["values"] == {"role": {"chair": "viewer"}}


def test_the_mended_file_is_another_attempt_with_the_same_mapping(
    support: Client, harbor: Organization
) -> None:
    first = applied_run(support, choices={"column-1": ""})
    assert "(attempt 2)" in text(support.get(url("apply", first)))

    second = applied_run(
        support,
        "E-mail,First,Last,Committee,Position\ncy@example.org,Cy,Mended,Harbor Finance,member\n",
        name="mended.csv",
        attempt_of=str(first.pk),
    )

    assert second.attempt_of == first
    assert User.objects.get(email="cy@example.org").first_name == ""
    assert User.objects.get(email="cy@example.org").last_name == "Mended"


def test_a_date_with_two_readings_is_asked_for_its_column(
    support: Client, agent: User, harbor: Organization
) -> None:
    from tests.factories.accounts import permission
    from tests.factories.projects import ProjectFactory

    agent.user_permissions.add(permission("projects.add_task"), permission("projects.change_task"))
    ProjectFactory(organization=harbor, name="Quay")
    file = (
        "Organization,Project,Title,Due\nHarbor Finance,Quay,A,30.4.2026\nHarbor "
        "Finance,Quay,B,3/4/2026\n"
    )
    run = read_run(support, file, dataset="tasks")

    page = text(support.get(url("columns", run)))
    assert "3/4/2026 can be read two ways. Choose which comes first." in page

    save(support, url("columns", run), {"mode": "upsert", "on_error": "skip", "date-3": "mdy"})
    work()
    run.refresh_from_db()
    assert run.counts == {"create": 1, "refused": 1}
    save(support, url("columns", run), {"mode": "upsert", "on_error": "skip", "date-3": "dmy"})
    work()
    run.refresh_from_db()
    assert run.counts == {"create": 2}
    assert "can be read" not in text(support.get(url("columns", run)))
