"""What is confirmed is what is applied; what changed in between is left alone and listed."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from apps.accounts.models import User
from apps.core.errors import DomainError, MissingPermission
from apps.core.jobs import ClaimLostError, Job
from apps.organizations.models import Membership, Role
from apps.transfers.engine import driver
from apps.transfers.engine.apply import applier
from apps.transfers.engine.schema import Tables
from apps.transfers.models import ImportRun
from apps.transfers.options import Matching
from apps.transfers.selectors import (
    column_suggestions,
    plan_causes,
    plan_impacts,
    plan_rows,
    refused_rows_file,
    run_progress,
    same_content_runs,
    value_words,
)
from apps.transfers.services import (
    import_run_cancel,
    import_run_confirm,
    import_run_match,
    import_run_start,
)
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.transfers.engine import MEMBER_HEADER, Importer, text_of

pytestmark = pytest.mark.django_db

RIGHTS = [
    "transfers.import_data", "transfers.undo_import", "accounts.add_user", "accounts.change_user",
    "organizations.add_membership", "organizations.change_membership",
]  # fmt: skip


@pytest.fixture
def agent() -> User:
    return StaffFactory(may=RIGHTS)


@pytest.fixture(autouse=True)
def _harbor() -> None:
    OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")


def started(agent: Any, *rows: list[str], **values: Any) -> ImportRun:
    content = text_of([MEMBER_HEADER, *rows]).encode()
    run = import_run_start(
        dataset="members", file=ContentFile(content, name="roster.csv"), actor=agent, **values
    )
    return done(run)


def done(run: ImportRun) -> ImportRun:
    """Do what the worker would."""
    driver.advance(run.pk)
    return ImportRun.objects.select_related("upload", "user").get(pk=run.pk)


def planned(agent: Any, *rows: list[str], **changes: Any) -> ImportRun:
    run = started(agent, *rows)
    matching = Matching.from_json(run.matching)
    for name, value in changes.items():
        setattr(matching, name, value)
    return done(import_run_match(run=run, matching=matching, actor=agent))


def confirmed(run: ImportRun, agent: Any, **values: Any) -> ImportRun:
    return done(
        import_run_confirm(
            run=run, plan_token=run.plan_token, reason="spring", actor=agent, **values
        )
    )


def person(n: int, role: str = "member", phone: str = "") -> list[str]:
    return [f"p{n}@example.org", f"First{n}", "Last", phone, "H-1", role]


def test_a_run_waits_for_a_person_after_reading_and_after_planning(agent: User) -> None:
    run = started(agent, person(1, "chair"), person(2, "mystery"))
    assert (run.state, run.rows, run_progress(run).is_waiting) == ("read", 2, True)
    suggestions = column_suggestions(run)
    assert [s.target for s in suggestions] == [
        "email", "first_name", "last_name", "phone", "organization", "role",
    ]  # fmt: skip
    assert [(w.word, w.value, w.how) for w in value_words(run)] == [
        ("chair", "owner", "synonym"), ("mystery", "", "none"),
    ]  # fmt: skip
    run = done(import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent))
    assert (run.state, run.counts) == ("planned", {"create": 1, "refused": 1})
    assert not Membership.objects.exists()
    assert [c.label for c in plan_causes(run)] == ["Role: unknown word"]
    run = confirmed(run, agent)
    assert (run.state, run.results["created"], run.reason) == ("applied", 1, "spring")
    assert plan_rows(run, outcome="applied").rows[0].key == "p1@example.org · Harbor"


def test_the_same_headers_are_matched_as_they_were_before(agent: User) -> None:
    run = started(agent, person(1, "grand poobah"))
    matching = Matching.from_json(run.matching)
    matching.values = {"role": {"grand poobah": "viewer"}}
    done(import_run_match(run=run, matching=matching, actor=agent))
    again = started(agent, person(1, "grand poobah"))
    assert {s.how for s in column_suggestions(again)} == {"remembered"}
    assert value_words(again)[0].value == "viewer"


def test_a_plan_that_was_made_again_must_be_looked_at_again(agent: User) -> None:
    run = planned(agent, person(1))
    old = run.plan_token
    run = done(import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent))
    with pytest.raises(DomainError, match="checked again"):
        import_run_confirm(run=run, plan_token=old, reason="", actor=agent)


def test_confirming_twice_is_one_import(agent: User) -> None:
    run = planned(agent, person(1))
    confirmed(run, agent)
    import_run_confirm(run=run, plan_token=run.plan_token, reason="again", actor=agent)
    driver.advance(run.pk)
    assert Membership.objects.count() == 1
    assert Membership.history.count() == 1


def test_a_record_edited_in_between_is_drifted_and_left_alone(agent: User) -> None:
    ann = UserFactory(email="p1@example.org", first_name="First1", last_name="Last", phone="111")
    MembershipFactory(user=ann, organization__external_id="Z")
    run = planned(agent, person(1, phone="222"), person(2))
    User.objects.filter(pk=ann.pk).update(phone="333")
    run = confirmed(run, agent)
    assert (run.state, run.results["drifted"], run.results["created"]) == ("applied_in_part", 1, 1)
    ann.refresh_from_db()
    assert ann.phone == "333"
    row = plan_rows(run, outcome="drifted").rows[0]
    assert (row.number, row.problems[0]["message"]) == (
        2, "Somebody changed this record after the preview. It was left alone.",
    )  # fmt: skip


def test_a_record_created_or_trashed_in_between_is_drifted(agent: User) -> None:
    from apps.organizations.models import Organization

    OrganizationFactory(name="Gone", slug="gone", external_id="G-1")
    run = planned(agent, person(1), [*person(2)[:4], "G-1", "member"], person(3))
    UserFactory(email="p1@example.org")
    Organization.objects.filter(external_id="G-1").update(deleted_at="2026-01-01T00:00Z")
    run = confirmed(run, agent)
    assert (run.results["drifted"], run.results["created"]) == (2, 1)
    assert not User.objects.filter(email="p2@example.org").exists()


def test_the_last_owner_stays_unless_the_file_gives_another(agent: User) -> None:
    from apps.organizations.models import Organization

    harbor = Organization.objects.get()
    MembershipFactory(user__email="p1@example.org", organization=harbor, role=Role.OWNER)
    refused = planned(agent, person(1, "member"))
    assert refused.causes == [["refused", "role:last_owner", 1]]
    run = planned(agent, person(1, "member"), person(2, "chair"))
    assert run.counts == {"update": 1, "create": 1}
    run = confirmed(run, agent)
    assert run.state == "applied"
    assert set(Membership.objects.values_list("user__email", "role")) == {
        ("p1@example.org", "member"), ("p2@example.org", "owner"),
    }  # fmt: skip


def test_an_agent_cannot_take_their_own_rights(agent: User) -> None:
    from apps.organizations.models import Organization

    MembershipFactory(user=agent, organization=Organization.objects.get(), role=Role.ADMIN)
    row = [agent.email, agent.first_name, agent.last_name, "", "H-1", "member"]
    assert planned(agent, row).causes == [["refused", "role:own_rights", 1]]


def test_a_change_of_staff_asks_for_the_number() -> None:
    agent = StaffFactory(may=[*RIGHTS, "accounts.set_roles"])
    boss = StaffFactory(email="p1@example.org", first_name="First1", last_name="Last")
    run = planned(agent, person(1, phone="919-555-0000"))
    line = plan_impacts(run)[0]
    assert (line.sentence, line.must_type) == (
        "Changes the data of 1 staff member.",
        True,
    )
    with pytest.raises(DomainError, match="Type 1 to confirm"):
        confirmed(run, agent)
    confirmed(run, agent, typed_number=1)
    boss.refresh_from_db()
    assert boss.phone == "919-555-0000"


def test_without_the_permission_nothing_starts_and_nothing_goes_on(agent: User) -> None:
    with pytest.raises(MissingPermission, match="import_data"):
        started(StaffFactory(), person(1))
    run = planned(agent, person(1))
    run = import_run_confirm(run=run, plan_token=run.plan_token, reason="", actor=agent)
    agent.user_permissions.clear()
    run = done(run)
    assert run.state == "failed"
    assert "can't import members" in run.error
    assert not Membership.objects.exists()


def test_rows_outside_the_agents_scope_are_refused_without_a_word_of_them(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.organizations.models import Organization

    queryset = type(Organization.all_objects.all())
    monkeypatch.setattr(queryset, "for_staff", lambda self, user: self.exclude(slug="secret"))
    OrganizationFactory(name="Secret", slug="secret", external_id="S-1")
    run = planned(agent, [*person(1)[:4], "S-1", "member"], [*person(2)[:4], "none", "member"])
    messages = [row.problems[0]["message"] for row in plan_rows(run, verdict="refused").rows]
    assert messages == ["There is no organization “S-1”.", "There is no organization “none”."]


def test_cancel_before_the_worker_changes_nothing(agent: User) -> None:
    run = planned(agent, person(1))
    run = import_run_cancel(run=run, actor=agent)
    assert (run.state, run.error) == ("canceled", "Canceled before anything was changed.")
    with pytest.raises(DomainError, match="no plan to confirm"):
        confirmed(run, agent)


def test_cancel_stops_within_a_chunk_and_says_how_far_it_came(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.transfers.engine.runs.chunks.CHUNK", 10)
    run = planned(agent, *[person(n) for n in range(50)])
    write = applier.Applier._write

    def write_and_cancel(self: Any, low: int, high: int) -> dict[str, int]:
        if self.run.rows_done == 20:
            ImportRun.objects.filter(pk=self.run.pk).update(cancel_requested_at="2026-01-01T00:00Z")
        return write(self, low, high)

    monkeypatch.setattr(applier.Applier, "_write", write_and_cancel)
    run = confirmed(run, agent)
    assert (run.state, run.results["created"]) == ("applied_in_part", 30)
    assert run.error.startswith("Canceled: 30 of 50 rows were applied, up to row 31")
    assert Membership.objects.count() == 30
    assert len(plan_rows(run, outcome="applied").rows) == 30


def test_a_row_that_the_database_refuses_is_refused_alone(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE accounts_user ADD CONSTRAINT not_five CHECK (email <> 'p5@example.org')"
        )
    run = confirmed(planned(agent, *[person(n) for n in range(20)]), agent)
    assert (run.state, run.results["created"], run.results["refused"]) == ("applied_in_part", 19, 1)
    assert plan_rows(run, outcome="refused").rows[0].number == 7


def test_all_or_nothing_leaves_nothing_behind_when_the_database_refuses(agent: User) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE accounts_user ADD CONSTRAINT not_five CHECK (email <> 'p5@example.org')"
        )
    run = confirmed(planned(agent, *[person(n) for n in range(20)], on_error="stop"), agent)
    assert run.state == "failed"
    assert run.error.startswith("Nothing was applied:")
    assert not Membership.objects.exists()


def test_pages_of_a_plan_are_complete_and_filtered(agent: User) -> None:
    rows = [person(n, "mystery" if n % 3 == 0 else "member") for n in range(30)]
    run = planned(agent, *rows)
    seen, after = [], 0
    while True:
        page = plan_rows(run, after=after, limit=7)
        seen += [row.number for row in page.rows]
        if page.next_after is None:
            break
        after = page.next_after
    assert seen == list(range(2, 32))
    assert len(plan_rows(run, verdict="refused").rows) == 10
    assert len(plan_rows(run, verdict="refused", cause="role:unknown").rows) == 10
    assert [row.number for row in plan_rows(run, search="p2@").rows] == [4]
    assert [row.number for row in plan_rows(run, search="9").rows] == [9]


def test_rows_whose_role_changes_can_be_asked_for(agent: User) -> None:
    confirmed(planned(agent, person(1), person(2)), agent)
    run = planned(agent, person(1, "vice chair"), person(2, phone="919-555-1111"))
    rows = plan_rows(run, verdict="update", cause="role").rows
    assert [(row.number, row.changes) for row in rows] == [(2, {"role": ("member", "admin")})]


def test_the_refused_rows_come_back_in_the_files_own_form(agent: User) -> None:
    run = planned(agent, person(1), person(2, "mystery"))
    name, content_type, content = refused_rows_file(run)
    assert (name, content_type) == ("roster-refused.csv", "text/csv")
    lines = b"".join(content).decode().splitlines()
    assert lines[0] == ",".join([*MEMBER_HEADER, "Why it was refused"])
    assert lines[1].startswith("p2@example.org,First2,Last,,H-1,mystery,")
    assert len(lines) == 2


def test_a_second_attempt_takes_over_the_matching(agent: User) -> None:
    run = planned(agent, person(1), person(2, "mystery"))
    _, _, content = refused_rows_file(run)
    mended = b"".join(content).replace(b"mystery", b"member")
    again = done(
        import_run_start(
            dataset="members",
            file=ContentFile(mended, name="roster-refused.csv"),
            attempt_of=run,
            actor=agent,
        )
    )
    again = done(
        import_run_match(run=again, matching=Matching.from_json(again.matching), actor=agent)
    )
    assert (again.attempt_of_id, again.counts) == (run.pk, {"create": 1})


def test_the_same_content_imported_before_is_said(agent: User) -> None:
    first = confirmed(planned(agent, person(1)), agent)
    again = started(agent, person(1))
    assert [run.pk for run in same_content_runs(again, agent)] == [first.pk]


def test_a_file_that_is_not_what_was_uploaded_is_not_imported(agent: User) -> None:
    from apps.transfers.uploads import private_path

    run = started(agent, person(1))
    path: Path = private_path(run.upload)
    path.write_bytes(path.read_bytes() + b"x@example.org,,,,H-1,owner\n")
    run = done(import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent))
    assert (run.state, "differs from what was uploaded" in run.error) == ("failed", True)


@pytest.mark.parametrize("lost", ["DROP TABLE", "TRUNCATE"])
def test_a_staging_table_that_was_lost_or_emptied_is_made_again(agent: User, lost: str) -> None:
    """PostgreSQL empties unlogged tables when it recovers from a crash."""
    run = started(agent, person(1))
    run = import_run_match(run=run, matching=Matching.from_json(run.matching), actor=agent)
    claimed = ImportRun.claim(run.pk)
    assert claimed is not None
    driver.stage(claimed)
    with connection.cursor() as cursor:
        cursor.execute(f"{lost} {Tables(run.pk).stage.name}")
    claimed.let_go()
    assert done(run).counts == {"create": 1}


def test_a_claim_keeps_others_out_until_its_heartbeat_is_old(agent: User) -> None:
    run = planned(agent, person(1))
    run = import_run_confirm(run=run, plan_token=run.plan_token, reason="", actor=agent)
    mine = ImportRun.claim(run.pk)
    assert mine is not None
    assert ImportRun.claim(run.pk) is None
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at="2026-01-01T00:00Z")
    other = ImportRun.claim(run.pk)
    assert isinstance(other, Job)
    with pytest.raises(ClaimLostError), mine.hold():
        pass
    assert other.claimed_by != mine.claimed_by


def test_the_mail_says_how_it_ended(agent: User, mailoutbox: list[Any]) -> None:
    from apps.transfers.mails import import_run_mail

    run = confirmed(planned(agent, person(1)), agent)
    import_run_mail(run.pk)
    assert mailoutbox[0].to == [agent.email]
    assert "1 created" in mailoutbox[0].body


def test_an_export_that_went_stale_is_not_written_back(importer: Importer, agent: User) -> None:
    from django.core.management import call_command

    confirmed(planned(agent, person(1), person(2)), agent)
    target = importer.folder / "out.csv"
    call_command("export_dataset", "members", "-o", str(target), stdout=io.StringIO())
    User.objects.filter(email="p1@example.org").update(phone="919-555-7777")
    result = importer.raw("members", target.read_bytes())
    assert (result.unchanged, result.failed) == (1, 1)
    assert result.messages() == ["The record has changed since it was exported. Export it again."]
