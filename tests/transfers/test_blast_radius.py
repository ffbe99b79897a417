"""What an import would do to people's rights and data: said in words, held up where it is much, refused
where it must not be; and what an undo makes of it after others have gone on working."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization, Role
from apps.transfers.engine.driver import advance
from apps.transfers.models import ImportRun
from apps.transfers.selectors import plan_rows, undo_preview
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import MembershipFactory, OwnerFactory
from tests.transfers.engine import Importer
from tests.transfers.wizard import confirm, planned_run, signed_in, staff, text, url, work

HEAD = "E-mail,First,Last,Phone,Committee,Position\n"


def test_who_answers_for_an_organization_keeps_an_owners_membership(
    importer: Importer, harbor: Organization
) -> None:
    ada, _ = (
        OwnerFactory(user__email=f"{name}@example.org", organization=harbor).user
        for name in ("ada", "bo")
    )
    Organization.objects.filter(pk=harbor.pk).update(owner=ada)
    rows = HEAD + "".join(
        f"{name}@example.org,,,,Harbor Finance,member\n" for name in ("ada", "bo")
    )
    result = importer.text("members", rows)
    assert (result.updated, result.refused_rows()) == (1, [2])
    (problem,) = result.problems
    assert problem["column"] == "Position"
    assert "is the organization's owner and must keep the owner role" in problem["message"]
    roles = dict(Membership.objects.values_list("user__email", "role"))
    assert roles == {"ada@example.org": "owner", "bo@example.org": "member"}


def test_a_number_is_typed_on_the_page_where_staff_are_touched(
    reference: None, harbor: Organization
) -> None:
    # A support agent may not change a colleague at all; see test_refused_records.py.
    support = signed_in(staff("Administrator"))
    boss = StaffFactory(first_name="Grace", last_name="Boss", phone="919-555-0001")
    row = f"{boss.email},Grace,Boss,919-555-0002,Harbor Finance,member\n"
    run = planned_run(support, HEAD + row)

    page = text(support.get(url("check", run)))
    assert "Changes the data of 1 staff member." in page
    assert "Type 1 to confirm" in page
    for wrong in ("", "2", "one"):
        answer = confirm(support, run, typed_number=wrong)
        assert answer.status_code in (400, 409)
        boss.refresh_from_db()
        assert boss.phone == "919-555-0001"
    assert confirm(support, run, typed_number="1").status_code == 302
    work()
    boss.refresh_from_db()
    assert boss.phone == "919-555-0002"


def test_clearing_a_hundred_phones_is_said_and_wants_the_number(
    support: Client, harbor: Organization
) -> None:
    users = User.objects.bulk_create(
        User(email=f"p{n}@example.org", phone=f"919-{n}", password="!") for n in range(100)
    )
    Membership.objects.bulk_create(
        Membership(user=user, organization=harbor, role="member") for user in users
    )
    rows = "".join(f"p{n}@example.org,,,,Harbor Finance,member\n" for n in range(100))
    columns = text(support.get(url("columns", planned_run(support, HEAD + rows))))
    assert "100 blank:" in columns

    run = planned_run(support, HEAD + rows, choices={"blank-3": "clear"})

    page = text(support.get(url("check", run)))
    assert "Clears the phone of 100 records." in page
    assert confirm(support, run).status_code == 409
    assert confirm(support, run, typed_number="100").status_code == 302
    work()
    assert not User.objects.filter(email__startswith="p", phone__gt="").exists()


def test_a_membership_that_was_taken_away_in_between_is_left_alone(
    importer: Importer, harbor: Organization
) -> None:
    rows = HEAD + "".join(f"p{n}@example.org,,,,Harbor Finance,member\n" for n in range(3))
    importer.text("members", rows)
    planned = importer.text("members", rows.replace("member\n", "viewer\n"), "--dry-run").record
    Membership.objects.filter(user__email="p1@example.org").delete()
    from apps.transfers.services import import_run_confirm

    import_run_confirm(run=planned, plan_token=planned.plan_token, reason="x", actor=None)
    advance(planned.pk)
    planned.refresh_from_db()
    assert (planned.state, planned.results["updated"], planned.results["drifted"]) == (
        "applied_in_part", 2, 1,
    )  # fmt: skip
    assert [row.number for row in plan_rows(planned, outcome="drifted").rows] == [3]
    assert not Membership.objects.filter(user__email="p1@example.org").exists()


FIELDS = ("first_name", "last_name", "phone")


def state(email: str) -> dict[str, Any]:
    user = User.objects.get(email=email)
    membership = Membership.objects.filter(user=user).first()
    return {name: getattr(user, name) for name in FIELDS} | {"role": membership and membership.role}


def test_an_undo_keeps_field_by_field_what_others_did_and_takes_back_the_rest(
    importer: Importer, harbor: Organization
) -> None:
    for n in range(6):
        user = UserFactory(
            email=f"p{n}@example.org", first_name=f"Old{n}", last_name="Old", phone="1"
        )
        MembershipFactory(user=user, organization=harbor, role=Role.MEMBER)
    rows = HEAD + "".join(
        f"p{n}@example.org,New{n},New,222-2222,Harbor Finance,viewer\n" for n in range(6)
    )
    run = importer.text("members", rows)
    assert run.updated == 6
    # Meanwhile others go on working, each on another field.
    User.objects.filter(email="p1@example.org").update(first_name="Mine")
    User.objects.filter(email="p2@example.org").update(phone="")
    Membership.objects.filter(user__email="p3@example.org").update(role=Role.ADMIN)
    User.objects.filter(email="p4@example.org").update(first_name="Old4")
    Membership.objects.filter(user__email="p5@example.org").delete()

    preview = undo_preview(run.record)
    assert [line["number"] for line in preview.kept] == [3, 4, 5, 6, 7]
    with pytest.raises(SystemExit) as stop:
        call_command("undo_import", str(run.run), "--json")
    assert stop.value.code == 3

    old = {"last_name": "Old", "phone": "1", "role": "member"}
    assert state("p0@example.org") == old | {"first_name": "Old0"}
    assert state("p1@example.org") == old | {"first_name": "Mine"}
    assert state("p2@example.org") == old | {"first_name": "Old2", "phone": ""}
    assert state("p3@example.org") == old | {"first_name": "Old3", "role": "admin"}
    # Set back by hand already: nothing is left to do for that field, and it counts as changed since.
    assert state("p4@example.org") == old | {"first_name": "Old4"}
    assert state("p5@example.org") == old | {"first_name": "Old5", "role": None}
    record = ImportRun.objects.get(pk=run.run)
    assert record.state == "undone_in_part"
    assert [row.number for row in plan_rows(record, outcome="kept").rows] == [3, 4, 5, 6, 7]
