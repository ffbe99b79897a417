"""Before a plan is applied: whether it still holds, and how far its checking has come."""

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.models import Membership, Organization
from apps.transfers.admin.result import left_alone
from apps.transfers.engine.driver import advance
from apps.transfers.engine.runs import progress
from apps.transfers.models import ImportRun
from apps.transfers.selectors import plan_rows
from apps.transfers.services import import_run_confirm
from tests.factories.organizations import OrganizationFactory
from tests.forms import save
from tests.transfers.engine import Importer
from tests.transfers.test_undo import undone
from tests.transfers.wizard import applied_run, confirm, planned_run, text, url, work

HEAD = "E-mail,First,Last,Committee,Position\n"


def roster(last: str, rows: int = 3) -> str:
    return HEAD + "".join(
        f"p{n}@example.org,P{n},{last},Harbor Finance,member\n" for n in range(rows)
    )


def test_a_plan_whose_basis_was_undone_offers_to_check_again(
    support: Client, harbor: Organization
) -> None:
    first = applied_run(support, roster("Old"))
    second = planned_run(support, roster("New"))
    support.post(url("undo", first), {"reason": "The wrong roster"})
    work()

    page = text(support.get(url("check", second)))
    assert f"Import run {first.pk}, which these rows depend on, was undone by" in page
    assert "It affects 3 of the 3 rows." in page
    answer = confirm(support, second)
    assert "Check again." in text(answer)
    second.refresh_from_db()
    assert second.state == ImportRun.State.PLANNED
    assert not Membership.objects.exists()

    save(support, url("check", second), {"again": "1"})
    work()
    second.refresh_from_db()
    assert (second.state, second.counts) == ("planned", {"create": 3})
    confirm(support, second)
    work()
    assert Membership.objects.count() == 3
    assert set(User.objects.filter(email__startswith="p").values_list("last_name", "status")) == {
        ("New", "active")
    }


def test_organizations_of_an_undone_import_shake_a_plan_of_members(
    support: Client, importer: Importer, harbor: Organization
) -> None:
    made = importer.organizations(["Quay", "Q-1"], ["Pier", "P-1"])
    run = planned_run(
        support, HEAD + "a@example.org,A,B,Q-1,member\nb@example.org,B,B,Harbor Finance,member\n"
    )
    undone(made.run)
    assert "It affects 1 of the 2 rows." in text(support.get(url("check", run)))


def test_a_plan_most_of_whose_records_have_changed_is_checked_again(importer: Importer) -> None:
    rows = [[f"Org {n}", f"O-{n}"] for n in range(150)]
    importer.organizations(*rows)
    renamed = [[f"New {n}", f"O-{n}"] for n in range(150)]
    run = importer.organizations(*renamed, options=("--dry-run",)).record
    Organization.objects.filter(external_id__regex="[0-6]$").update(name="Mine")
    with pytest.raises(DomainError, match=r"About 1[01][0-9] of the 150 rows .* Check again"):
        import_run_confirm(run=run, plan_token=run.plan_token, reason="", actor=None)


def test_a_few_changed_records_stop_nothing(importer: Importer) -> None:
    importer.organizations(*([f"Org {n}", f"O-{n}"] for n in range(150)))
    run = importer.organizations(
        *([f"New {n}", f"O-{n}"] for n in range(150)), options=("--dry-run",)
    ).record
    Organization.objects.filter(external_id__regex="7$").update(name="Mine")
    import_run_confirm(run=run, plan_token=run.plan_token, reason="", actor=None)
    advance(run.pk)
    run.refresh_from_db()
    assert (run.results["updated"], run.results["drifted"]) == (135, 15)


def test_a_record_that_is_gone_was_not_changed_by_somebody(importer: Importer) -> None:
    for n in range(3):
        OrganizationFactory(name=f"Org {n}", external_id=f"O-{n}")
    run = importer.organizations(
        *([f"New {n}", f"O-{n}"] for n in range(3)), options=("--dry-run",)
    ).record
    Organization.objects.filter(external_id="O-0").hard_delete()
    Organization.objects.filter(external_id="O-1").update(name="Mine")
    import_run_confirm(run=run, plan_token=run.plan_token, reason="", actor=None)
    advance(run.pk)
    run.refresh_from_db()
    output = [row.problems[0]["message"] for row in plan_rows(run, outcome="drifted").rows]
    assert output[0] == "This record no longer exists. Nothing was changed for this row."
    assert output[1].startswith("Somebody changed this record")
    assert left_alone(run) == (
        "1 row was left alone because a record no longer exists. "
        "1 row was left alone because a record was changed after the preview."
    )


def test_missing_organizations_are_created_from_the_check_page(
    support: Client, harbor: Organization
) -> None:
    run = planned_run(
        support, HEAD + "".join(f"a{n}@example.org,A,B,Org {n},member\n" for n in range(3))
    )
    page = unescape(text(support.get(url("check", run))))
    assert "3 rows name organizations that don't exist yet." in page
    save(support, url("check", run), {"create": "organization"})
    work()
    run.refresh_from_db()
    assert run.counts == {"create": 3}
    confirm(support, run)
    work()
    assert Organization.objects.filter(name__startswith="Org ").count() == 3


def test_one_row_names_one_missing_organization(support: Client, harbor: Organization) -> None:
    run = planned_run(support, HEAD + "a@example.org,A,B,Brand New,member\n")
    page = unescape(text(support.get(url("check", run))))
    assert "1 row names 1 organization that doesn't exist yet." in page
    # What a word means is told where it is not the word itself.
    assert "words in the file mean" not in page
    assert "word in the file means" not in page


def test_what_may_be_created_is_remembered_for_the_same_file(
    support: Client, harbor: Organization
) -> None:
    from tests.transfers.wizard import read_run

    content = HEAD + "a@example.org,A,B,Brand New,member\n"
    run = planned_run(support, content)
    save(support, url("check", run), {"create": "organization"})
    work()
    assert read_run(support, content).matching["create_missing"] == ["organization"]
    other = HEAD + "b@example.org,A,B,Other New,member\n"
    assert read_run(support, other).matching["create_missing"] == []


def test_a_long_list_of_unknown_organizations_says_that_it_is_cut(
    support: Client, harbor: Organization
) -> None:
    rows = "".join(f"a{n}@example.org,A,B,Org {n},member\n" for n in range(260))
    run = planned_run(support, HEAD + rows)
    save(support, url("check", run), {"back": "1"})
    page = text(support.get(url("columns", run)))
    assert "260 not matched" in page
    assert "210 more are not matched and not listed" in page


@pytest.fixture
def seen(transactional_db: None) -> Iterator[Any]:
    """What the database was told of the progress of runs, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE seen_progress (at serial, said jsonb);"
            "CREATE FUNCTION see_progress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "INSERT INTO seen_progress (said) VALUES (NEW.plan_facts->'progress'); RETURN "
            "NEW; END $$;"
            "CREATE TRIGGER see_progress AFTER UPDATE OF plan_facts ON transfers_importrun "
            "FOR EACH ROW WHEN (NEW.plan_facts ? 'progress') EXECUTE FUNCTION see_progress()"
        )

    def read() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT said->>0, said->1, said->2 FROM seen_progress ORDER BY at")
            return [(unit, int(done), int(of)) for unit, done, of in cursor.fetchall()]

    yield read
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER see_progress ON transfers_importrun; DROP FUNCTION see_progress();"
            "DROP TABLE seen_progress"
        )


def test_checking_tells_how_far_it_is(seen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management import call_command

    from tests.transfers.wizard import prove_factor, signed_in, staff

    call_command("load_reference", verbosity=0)
    monkeypatch.setattr(progress, "_EVERY", 0)
    OrganizationFactory(name="Harbor Finance", slug="harbor-finance")
    planned_run(prove_factor(signed_in(staff("Support"))), roster("Old", rows=9_000))
    shown = dict.fromkeys(seen())
    assert ("rows", 4096, 9000) in shown
    assert [each for each in shown if each[0] == "steps"][-1] == ("steps", 6, 7)
