"""The audit log over everything, the page of a change set, and the export."""

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.audit.models import ChangeSet, Event, Verification
from apps.audit.origins import RUN_KINDS, RunKind
from apps.audit.timeline.filters import TimelineFilter, parse
from apps.audit.timeline.pages import page
from apps.audit.timeline.positions import branches_of_all, branches_of_record
from apps.core.uuid7 import uuid7
from apps.organizations.models import Organization, Role
from apps.organizations.services import membership_add, membership_update
from apps.transfers.change_sources import IMPORT_RUN
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.organizations import OrganizationFactory, OwnerFactory

pytestmark = pytest.mark.django_db

StaffWith = Callable[..., User]
ClientOf = Callable[[User], Client]


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(strip_tags(response.content.decode()).split())


def log(line: str = "", **query: str) -> str:
    query |= {"q": line} if line else {}
    return f"{reverse('admin:audit_changeset_changelist')}?{urlencode(query)}"


@pytest.fixture
def auditor(staff_with: StaffWith, client_of: ClientOf) -> Client:
    return client_of(
        staff_with("audit.view_auditlog", "audit.export_auditlog", "accounts.view_personal_data")
    )


@pytest.fixture
def promotion() -> Any:
    """Grace made Ada an admin of Acme, through the form, with a reason."""
    grace = SuperuserFactory(first_name="Grace", last_name="Hopper")
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    acme = OwnerFactory(organization__name="Acme").organization
    membership = membership_add(organization=acme, user=ada, role=Role.MEMBER, actor=None)
    with audit_context(source="form", request_id="request-of-the-promotion"):
        membership_update(
            membership=membership, role=Role.ADMIN, actor=grace, reason="Takes over the roster"
        )
    return membership


SENTENCE = "Ada Lovelace in Acme : changed role from member to admin"


def says(response: Any) -> bool:
    return SENTENCE in text_of(response).replace(" :", ":").replace("Acme:", "Acme :")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "lovelace",
        "acme",
        "roster",
        "hopper",
        "actor:hopper",
        'actor:"Grace Hopper"',
        "object:lovelace",
        "object:acme",
        "field:role",
        "field:role before:member after:admin",
        "after:admin",
        "before:Member",
        "reason:roster",
        "kind:changed",
        "request:request-of-the-promotion",
        "field:role actor:grace reason:takes kind:changed lovelace",
    ],
)
def test_the_search_line_finds_the_promotion(auditor: Client, promotion: Any, line: str) -> None:
    assert says(auditor.get(log(line)))


@pytest.mark.parametrize(
    "line",
    [
        "actor:lovelace",
        "object:hopper",
        "field:slug",
        "after:member before:admin",
        "after:viewer",
        "reason:boredom",
        "kind:deleted",
        "kind:sign_in",
        "request:another",
        "import:12",
        "nobody",
    ],
)
def test_the_search_line_leaves_the_promotion_out(
    auditor: Client, promotion: Any, line: str
) -> None:
    assert not says(auditor.get(log(line)))


def test_a_record_is_found_by_its_key_and_an_import_by_its_number(
    auditor: Client, promotion: Any
) -> None:
    with audit_context(source="import", run=(IMPORT_RUN, 77)):
        Organization.objects.filter(name="Acme").update(status="suspended")

    assert says(auditor.get(log(f"object:{promotion.pk}")))
    assert "changed status from active to suspended" in text_of(auditor.get(log("import:77")))
    assert not says(auditor.get(log("import:77")))


def test_a_new_kind_of_job_is_named_and_found_without_a_column(auditor: Client) -> None:
    acme = OrganizationFactory(name="Acme")
    number = str(uuid7())
    with RUN_KINDS.changed():
        restock = RunKind("restock", "restock run")
        with audit_context(source="task", run=(restock, number)):
            Organization.objects.filter(pk=acme.pk).update(status="suspended")

        found = text_of(auditor.get(log(f"restock:{number}")))
        assert "changed status from active to suspended" in found
        assert f"Restock run {number}" in found
        assert not says(auditor.get(log("restock:7")))


def test_a_source_and_a_run_that_nobody_declares_are_refused() -> None:
    with pytest.raises(LookupError, match="shell"), audit_context(source="shell"):
        pass
    with RUN_KINDS.changed():
        unknown = RunKind("unknown", "unknown run")
    with pytest.raises(LookupError, match="unknown"), audit_context(run=(unknown, 7)):
        pass


def test_days_narrow_the_log(auditor: Client, promotion: Any) -> None:
    today = timezone.localdate().isoformat()

    assert says(auditor.get(log(since=today, until=today)))
    assert not says(auditor.get(log(until="2020-01-01")))
    assert "is not a date" in text_of(auditor.get(log("since:yesterday")))


def test_events_are_told_with_their_own_sentences(auditor: Client) -> None:
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    record_event("export", dataset="members", rows=1204)
    record_event("refused", method="GET", path="/admin/flags/")
    record_event("sign_in_failed", username="mallory")
    record_event("verification", whole=False, rows=2000, problems=3)
    record_event("flag_flip", name="beta", field="everyone", before=None, after="True")
    record_event("schedule_change", what="disabled", changes={"enabled": [True, False]})
    record_event("role_change", actor=SuperuserFactory(), target=ada, given=["Auditor"], taken=[])

    text = text_of(auditor.get(log()))

    assert "exported: rows 1,204, dataset members" in text
    assert "was refused access to GET /admin/flags/" in text
    assert "failed to sign in as “mallory”" in text
    assert "verified the audit log: 3 problems in 2,000 rows" in text
    assert "turned beta on for everyone" in text
    assert "changed a schedule, disabled: enabled from yes to no" in text
    assert "gave the role Auditor" in text
    assert "Ada Lovelace" in text
    assert "gave the role Auditor" not in text_of(auditor.get(log("kind:export")))


def test_the_last_verdict_stands_on_top(auditor: Client) -> None:
    assert "hasn't been verified yet" in text_of(auditor.get(log()))

    now = timezone.now()
    Verification.objects.create(started_at=now, finished_at=now, whole=True, rows=1234567)
    assert "The audit log is complete: 1,234,567 rows" in text_of(auditor.get(log()))

    later = timezone.now()
    Verification.objects.create(
        started_at=later, finished_at=later, whole=False, rows=9, problems=["Row 7 was edited."]
    )
    assert "The audit log isn't complete: 1 problem" in text_of(auditor.get(log()))


def test_pages_follow_one_another_without_a_gap_or_a_repetition(auditor: Client) -> None:
    acme = OrganizationFactory()
    for number in range(100):
        Organization.objects.filter(pk=acme.pk).update(name=f"name {number}")
        record_event("export", number=number)

    seen: list[int] = []
    before: int | None = None
    while True:
        response = auditor.get(log(**({"before": str(before)} if before else {})))
        seen += [entry.position for entry in response.context["page"].entries]
        before = response.context["page"].next_before
        if before is None:
            break

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_historicalorganization")
        (organizations,) = cursor.fetchone()
    assert sum(1 for _ in seen) >= organizations + 100


def test_a_search_that_finds_little_stops_and_says_where_to_go_on() -> None:
    from apps.audit.timeline.positions import newest

    acme = OrganizationFactory(name="Acme")
    for number in range(30):
        Organization.objects.filter(pk=acme.pk).update(slug=f"slug-{number}")

    branches = branches_of_record(Organization, acme.pk)
    first = newest(branches, TimelineFilter(kind="created"), before=None, limit=10, scan=20)
    second = newest(
        branches, TimelineFilter(kind="created"), before=first.next_before, limit=10, scan=20
    )

    assert first.rows == []
    assert first.stopped_early
    assert [position for position, _ in second.rows]
    assert second.next_before is None


def test_the_log_takes_the_same_statements_however_much_there_is(
    auditor: Client, django_assert_max_num_queries: Any
) -> None:
    acme = OrganizationFactory()

    def count() -> int:
        with django_assert_max_num_queries(60) as captured:
            auditor.get(log())
        return len(captured)

    for number in range(40):
        Organization.objects.filter(pk=acme.pk).update(name=f"name {number}")
    few = count()
    for number in range(200):
        Organization.objects.filter(pk=acme.pk).update(name=f"other {number}")

    assert count() <= few


def test_every_branch_of_the_log_walks_an_index_from_its_end() -> None:
    OrganizationFactory()
    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "UNION ALL" in sql:
            statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        page(branches_of_all(), viewer=StaffFactory(), before=10**12)

    assert statements
    with connection.cursor() as cursor:
        # The test's tables are so small that a plan would read them whole.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        for sql, params in statements:
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            # One sort merges the branches, each of which gives no more than a page.
            assert plan.count("Sort Key") <= 1, plan
            assert "Seq Scan" not in plan, plan
            assert plan.count("Backward") >= 10, plan


def test_the_change_set_page_says_who_when_why_and_everything_that_was_done(
    auditor: Client,
) -> None:
    grace = SuperuserFactory(first_name="Grace", last_name="Hopper")
    with audit_context(
        actor=grace, reason="The merger", source="form", request_id="merger-request"
    ):
        Organization.objects.bulk_create(
            [Organization(name=f"New {n}", slug=f"new-{n}") for n in range(40)]
        )
        Organization.objects.filter(slug="new-3").update(status="closed")
    change_set = ChangeSet.objects.get(request_id="merger-request")
    url = reverse("admin:audit_changeset_change", args=[change_set.pk])

    first = auditor.get(url)
    text = text_of(first)

    assert "Grace Hopper" in text
    assert "“The merger”" in text
    assert "merger-request" in text
    assert "Organizations 40 1 0" in text
    assert "New 3 : changed status from active to closed" in text.replace("New 3:", "New 3 :")
    assert first.context["page"].next_before is not None
    older = text_of(auditor.get(f"{url}?before={first.context['page'].next_before}"))
    assert "New 0" in older


def test_a_reader_without_the_log_sees_of_a_change_set_what_their_role_sees(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    with audit_context(request_id="both-at-once", source="form"):
        OwnerFactory(organization__name="Acme", user__first_name="Ada")
    change_set = ChangeSet.objects.get(request_id="both-at-once")
    url = reverse("admin:audit_changeset_change", args=[change_set.pk])
    reader = client_of(staff_with("audit.view_changeset", "organizations.view_organization"))

    text = text_of(reader.get(url))

    assert "Acme" in text
    assert "Ada" not in text
    assert "2 more changes to records that your role can't see" in text
    assert client_of(staff_with("organizations.view_organization")).get(url).status_code == 403


def test_the_export_holds_what_the_filter_shows_and_is_itself_recorded(
    auditor: Client, promotion: Any
) -> None:
    response = auditor.post(
        reverse("admin:audit_changeset_export"), {"q": "field:role after:admin"}
    )

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (row,) = [row for row in rows if row["record"] == "Ada Lovelace in Acme"]
    assert row["what happened"] == "changed role from member to admin"
    assert row["before"] == "role: Member"
    assert row["after"] == "role: Admin"
    assert row["actor"].startswith("Grace Hopper")
    assert row["reason"] == "Takes over the roster"
    assert all("role" in row["after"] for row in rows)
    event = Event.objects.get(kind="audit_export")
    assert event.data["filter"] == "field:role after:admin"
    assert event.change_set is not None


def test_the_export_streams_every_page_and_not_what_came_after_it(auditor: Client) -> None:
    acme = OrganizationFactory()
    for number in range(1_050):
        Organization.objects.filter(pk=acme.pk).update(name=f"name {number}")
    response = auditor.post(reverse("admin:audit_changeset_export"), {"q": f"object:{acme.pk}"})

    text = b"".join(response.streaming_content).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 1_051
    assert "audit_export" not in {row["kind"] for row in rows}


def test_the_log_and_its_export_ask_for_their_permissions(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    export = reverse("admin:audit_changeset_export")
    nobody, reader = client_of(StaffFactory()), client_of(staff_with("audit.view_auditlog"))
    record = reverse("admin:audit_changeset_record", args=["organizations.organization", "1"])

    assert Client().get(log()).status_code == 302
    assert nobody.get(log()).status_code == 403
    assert nobody.get(record).status_code == 403
    assert reader.get(log()).status_code == 200
    assert reader.post(export).status_code == 403
    assert not Event.objects.filter(kind="audit_export").exists()


ADDRESSES = [
    "xyz=1",
    "page=2",
    "q__regex=a",
    "password__startswith=p",
    "q=a&q=b",
    "before=x",
    "before=99999999999999999999",
]


@pytest.mark.parametrize("query", [*ADDRESSES, f"q={'a' * 501}"])
def test_the_log_answers_no_parameter_that_it_does_not_declare(auditor: Client, query: str) -> None:
    page = auditor.get(f"{log()}?{query}")

    assert page.status_code == 400
    assert "Open the page" in page.content.decode()


@pytest.mark.parametrize("query", [*ADDRESSES, "q=ada"])
def test_neither_do_timelines_and_change_sets(promotion: Any, query: str) -> None:
    client = Client()
    client.force_login(SuperuserFactory())
    change_set = promotion.history.latest().change_set
    addresses = [
        reverse("admin:organizations_membership_history", args=[promotion.pk]),
        reverse("admin:audit_changeset_record", args=["organizations.membership", promotion.pk]),
        reverse("admin:audit_changeset_change", args=[change_set.pk]),
    ]

    for address in addresses:
        assert client.get(address).status_code == 200
        assert client.get(f"{address}?{query}").status_code == 400, address


def test_a_search_line_of_hundreds_of_words_costs_what_ten_cost(
    auditor: Client, django_assert_max_num_queries: Any
) -> None:
    words = " ".join(f"a{number}" for number in range(100))
    with CaptureQueriesContext(connection) as ten:
        auditor.get(log(" ".join(words.split()[:10])))

    with django_assert_max_num_queries(len(ten)):
        page = auditor.get(log(words))

    assert "Only the first 10 words are searched for." in page.content.decode()
    assert len(parse(words).words) == 10


def test_an_export_is_never_made_by_a_get(auditor: Client) -> None:
    assert auditor.get(reverse("admin:audit_changeset_export")).status_code == 405
    assert not Event.objects.filter(kind="audit_export").exists()


def test_the_log_is_for_reading(auditor: Client) -> None:
    assert auditor.post(log()).status_code == 405


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("roster import:12", TimelineFilter(words=("roster",), run=("import", "12"))),
        ('actor:"Ada Lovelace" after:admin', TimelineFilter(actor="Ada Lovelace", after="admin")),
        ("O'Brien", TimelineFilter(words=("O'Brien",))),
        ('an unclosed "quote', TimelineFilter(words=("an", "unclosed", "quote"))),
        ("http://example.org", TimelineFilter(words=("http://example.org",))),
        ("actor:", TimelineFilter()),
    ],
)
def test_a_search_line_is_read(line: str, found: TimelineFilter) -> None:
    assert parse(line) == found


@pytest.mark.parametrize(
    "line",
    [
        "50%",
        "a_b",
        "back\\slash",
        "'; DROP TABLE x; --",
        'quote"',
        "kind:nonsense",
        "import:x",
        "import:99999999999999999999",
        "object:99999999999999999999",
        "since:0001-01-01",
        "until:9999-12-31",
        "x" * 500,
    ],
)
def test_no_search_line_breaks_the_page(auditor: Client, promotion: Any, line: str) -> None:
    assert auditor.get(log(line)).status_code == 200
    assert auditor.get(log(line, before="999999999999999999")).status_code == 200
