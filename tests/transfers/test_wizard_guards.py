"""What stands before every page of an import: signing in, the permissions, the gate, whose it is."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.flags.models import Flag
from apps.organizations.models import Organization
from apps.transfers.models import ImportRun
from tests.transfers.wizard import (
    ROLES,
    ROSTER,
    applied_run,
    confirm,
    planned_run,
    read_run,
    signed_in,
    staff,
    text,
    upload,
    url,
)

STEPS = ("file", "columns", "check", "apply", "cancel")
pytestmark = pytest.mark.usefixtures("reference")


def test_a_stranger_is_sent_to_the_sign_in_page(
    support: Client, client: Client, harbor: Organization
) -> None:
    run = read_run(support)

    for address in [url("new"), *(url(step, run) for step in (*STEPS, "progress", "refused"))]:
        page = client.get(address)
        assert page.status_code == 302
        assert page["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"Support", "Administrator"}))
def test_a_role_without_the_permission_is_told_which_one_is_missing(
    role: str, support: Client, harbor: Organization
) -> None:
    run = read_run(support)
    browser = signed_in(staff(role))

    for address in [url("new"), *(url(step, run) for step in STEPS)]:
        page = browser.get(address)
        assert page.status_code == 403
        assert "transfers.import_data" in text(page)
    assert upload(browser, ROSTER).status_code == 403
    assert ImportRun.objects.count() == 1


def test_the_import_of_a_dataset_asks_for_the_right_to_its_models(support: Client) -> None:
    answer = upload(support, "Name,Organization\nA,B\n", dataset="projects")

    assert answer.status_code == 403
    assert "projects.add_project" in text(answer)
    assert not ImportRun.objects.exists()


def test_an_unknown_dataset_is_refused_in_words(support: Client) -> None:
    answer = upload(support, ROSTER, dataset="ships")

    assert answer.status_code == 400
    assert "Choose what the file contains." in text(answer)


def test_only_its_owner_continues_a_run_and_colleagues_who_may_view_it_learn_whose_it_is(
    support: Client, agent: User, harbor: Organization
) -> None:
    run = planned_run(support)
    other = signed_in(staff("Administrator"))

    for step in STEPS:
        page = other.get(url(step, run))
        assert page.status_code == 403
        assert f"Import run {run.pk} was started by {agent}." in text(page)
        assert url("change", run) in text(page)
    assert other.post(url("columns", run), {"mode": "upsert"}).status_code == 403
    assert confirm(other, run).status_code == 403
    assert other.post(url("cancel", run)).status_code == 403
    assert other.post(url("reason", run), {"reason": "mine"}).status_code == 403
    missing = reverse("admin:transfers_importrun_check", args=[run.pk + 1])
    assert other.get(missing).status_code == 404
    run.refresh_from_db()
    assert run.state == ImportRun.State.PLANNED


def test_the_flag_shuts_every_step_with_a_page_that_says_so(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support)
    Flag.objects.filter(name="bulk-import").update(everyone=False)

    for address in [url("new"), *(url(step, run) for step in STEPS)]:
        page = support.get(address)
        assert page.status_code == 403
        assert "can turn it on" in text(page)
    assert upload(support, ROSTER).status_code == 403
    assert confirm(support, run).status_code == 403
    run.refresh_from_db()
    assert run.state == ImportRun.State.PLANNED
    # What was done can still be looked at.
    assert support.get(url("change", run)).status_code == 200


def test_a_permission_taken_away_shuts_the_next_step(
    support: Client, agent: User, harbor: Organization
) -> None:
    run = planned_run(support)
    agent.groups.clear()

    assert confirm(support, run).status_code == 403
    run.refresh_from_db()
    assert run.state == ImportRun.State.PLANNED


def test_progress_and_refused_rows_are_for_the_owner_and_for_readers_of_runs(
    support: Client, agent: User, harbor: Organization
) -> None:
    run = applied_run(support)
    reader, stranger = signed_in(staff("Auditor")), signed_in(staff("Analyst"))

    for name in ("progress", "refused"):
        assert support.get(url(name, run)).status_code == 200
        assert reader.get(url(name, run)).status_code == 200
        assert stranger.get(url(name, run)).status_code == 404
    progress = support.get(url("progress", run)).json()
    assert progress["is_over"] is True
    assert progress["percent"] == 100


def test_refused_rows_come_as_a_private_file_with_the_reason(
    support: Client, harbor: Organization
) -> None:
    run = applied_run(support)

    answer = support.get(url("refused", run))

    assert answer["Content-Disposition"] == 'attachment; filename="roster-refused.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("E-mail,First,Last,Committee,Position,")
    assert len(lines) == 2
    assert "Cy,Nomail" in lines[1]
    assert "E-mail is missing" in lines[1]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_template_is_given_for_what_one_may_import(support: Client, format: str) -> None:
    answer = support.get(reverse("admin:transfers_importrun_template", args=["members", format]))

    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="members-template.{format}"'
    content = answer.content
    assert content.startswith(b"PK") if format == "xlsx" else b"E-mail" in content
    for refused, status in [
        (("projects", "csv"), 403),
        (("ships", "csv"), 404),
        (("members", "exe"), 404),
    ]:
        page = support.get(reverse("admin:transfers_importrun_template", args=refused))
        assert page.status_code == status


def test_a_number_must_be_typed_where_the_plan_demands_it(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(support)
    lines = [
        {
            "code": code,
            "sentence": f"{what}.",
            "number": number,
            "must_type": True,
        }
        for code, what, number in [
            ("a", "Clears 412 phones", 412),
            ("b", "Removes 30 memberships", 30),
        ]
    ]
    ImportRun.objects.filter(pk=run.pk).update(impacts=lines)

    assert "Type 412 to confirm" in text(support.get(url("check", run)))
    assert confirm(support, run).status_code == 409
    assert confirm(support, run, typed_number="30").status_code == 409
    assert confirm(support, run, typed_number="412").status_code == 302
