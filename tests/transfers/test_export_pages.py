"""The export of what a list shows, from its button to the file."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core.admin.listed import listed_queryset
from apps.organizations.models import Organization
from apps.transfers.engine.export.driver import advance
from apps.transfers.models import ExportProfile, ExportRun
from tests.factories.accounts import prove_factor
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.forms import save, version
from tests.transfers.wizard import ROLES, signed_in, staff, text

LIST = "admin:organizations_organization_changelist"
PAGE = "admin:organizations_organization_export"
EXPORTERS = {"Support", "Staff", "Administrator"}


@pytest.fixture
def fleets(db: None) -> None:
    for name in ("Harbor Finance", "Harbor Works", "Mountain Rescue"):
        OrganizationFactory(name=name, status="active")
    OrganizationFactory(name="Harbor Museum", status="closed")


def records(answer: Any) -> list[dict[str, str]]:
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.parametrize("role", ROLES)
def test_the_button_and_the_page_ask_for_the_permission(
    role: str, support: Client, agent: User, fleets: None
) -> None:
    browser = support if role == "Support" else signed_in(staff(role))

    listed = text(browser.get(reverse(LIST) + "?q=harbor"))
    page = browser.get(reverse(PAGE) + "?q=harbor")
    posted = browser.post(reverse(PAGE), {"fields_chosen": ["name"], "format": "csv"})

    if role in EXPORTERS:
        assert reverse(PAGE) + "?q=harbor" in listed
        assert page.status_code == posted.status_code == 200
    else:
        assert reverse(PAGE) not in listed
        assert page.status_code == posted.status_code == 403
        assert not ExportRun.objects.exists()


def test_a_stranger_is_sent_to_the_sign_in_page(client: Client, db: None) -> None:
    assert client.post(reverse(PAGE))["Location"].startswith(reverse("admin:login"))


def test_search_filters_and_columns_are_honored(support: Client, agent: User, fleets: None) -> None:
    address = reverse(PAGE) + "?q=harbor&status__exact=active"
    page = text(support.get(address))
    assert "2 organizations" in page
    assert "Export 2 rows" in page
    assert not ExportRun.objects.exists()

    answer = support.post(address, {"fields_chosen": ["name", "status"], "format": "csv"})

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert {row["Name"] for row in records(answer)} == {"Harbor Finance", "Harbor Works"}
    run = ExportRun.objects.get()
    assert (run.user, run.rows, run.fields) == (agent, 2, ["name", "status"])
    assert run.query["query"] == "q=harbor&status__exact=active"
    shown = support.get(reverse("admin:transfers_exportrun_change", args=[run.pk]))
    assert shown.context["filters_in_words"] == [("search", "harbor"), ("status", "active")]
    assert shown.context["list_name"] == "Organizations"
    assert shown.context["list_url"].endswith("/organization/?q=harbor&status__exact=active")


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_selection_is_exported_alone(support: Client, fleets: None, format: str) -> None:
    picked = Organization.objects.filter(name__in=["Harbor Works", "Mountain Rescue"])
    url = reverse("admin:organizations_organization_changelist")
    posted = {"action": "export_selection", "index": "0", "select_across": "0"}
    answer = support.post(url, {**posted, "_selected_action": [str(each.pk) for each in picked]})
    assert "Export 2 rows" in text(support.get(answer["Location"]))

    rows = support.post(answer["Location"], {"fields_chosen": ["name"], "format": format})

    run = ExportRun.objects.get()
    if format == "csv":
        assert {row["Name"] for row in records(rows)} == {"Harbor Works", "Mountain Rescue"}
    else:
        advance(run.pk)
    run.refresh_from_db()
    assert run.rows == 2
    # A selection of which nothing is left is not the whole list.
    none = support.post(url, {**posted, "_selected_action": [str(run.user_id)]})
    assert reverse(PAGE) not in none["Location"]
    # Everything that the list finds is the list's own address.
    every = support.post(
        f"{url}?q=harbor", {**posted, "select_across": "1", "_selected_action": str(picked[0].pk)}
    )
    assert every["Location"] == f"{reverse(PAGE)}?q=harbor"
    assert support.get(f"{reverse(PAGE)}?picked=!").status_code == 400


def test_a_workbook_is_written_by_a_worker_and_given_to_its_owner_alone(
    support: Client, agent: User, fleets: None
) -> None:
    address = reverse(PAGE) + "?q=harbor"

    answer = support.post(address, {"fields_chosen": ["name"], "format": "xlsx"})

    run = ExportRun.objects.get()
    download = reverse("admin:transfers_exportrun_download", args=[run.pk])
    assert answer["Location"] == reverse("admin:transfers_exportrun_change", args=[run.pk])
    assert "data-progress" in text(support.get(answer["Location"]))
    assert support.get(download).status_code == 302

    advance(run.pk)

    run.refresh_from_db()
    assert (run.state, run.rows) == (ExportRun.State.READY, 3)
    assert download in text(support.get(answer["Location"]))
    file = support.get(download)
    assert b"".join(file.streaming_content).startswith(b"PK")
    assert file["Content-Disposition"] == f'attachment; filename="{run.filename}"'

    reader = signed_in(staff("Administrator"))
    refusal = reader.get(download)
    assert refusal.status_code == 403
    assert f"Export run {run.pk} was started by" in refusal.content.decode()
    assert download not in text(reader.get(answer["Location"]))

    ExportRun.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert support.get(download).status_code == 302
    agent.groups.clear()
    assert signed_in(agent).get(download).status_code == 403


def test_the_worker_sees_the_list_as_the_person_did(
    support: Client, agent: User, fleets: None
) -> None:
    listed = listed_queryset("organizations.Organization", "q=harbor&status__exact=active", agent)

    assert {organization.name for organization in listed} == {"Harbor Finance", "Harbor Works"}


def test_without_a_column_nothing_leaves(support: Client, fleets: None) -> None:
    answer = support.post(reverse(PAGE), {"format": "csv"})

    assert answer.status_code == 400
    assert "Choose at least one column." in text(answer)
    assert not ExportRun.objects.exists()


def test_a_choice_of_columns_is_kept_as_a_profile(
    support: Client, agent: User, fleets: None
) -> None:
    support.post(
        reverse(PAGE), {"fields_chosen": ["slug"], "format": "csv", "profile_name": "Short"}
    )

    assert ExportProfile.objects.get(user=agent).fields == ["slug"]
    page = text(support.get(reverse(PAGE) + "?profile=Short"))
    assert re.findall(r'name="fields_chosen" value="(\w+)"[^>]* checked[ >]', page) == ["slug"]


def test_a_profile_of_another_tab_is_not_replaced_unseen(
    support: Client, agent: User, fleets: None
) -> None:
    first, second = version(support, reverse(PAGE)), version(support, reverse(PAGE))
    mine = {"fields_chosen": ["slug"], "format": "csv", "profile_name": "Short"}
    assert support.post(reverse(PAGE), {**first, **mine}).status_code == 200

    answer = support.post(reverse(PAGE), {**second, **mine, "fields_chosen": ["name"]})

    assert answer.status_code == 400
    assert "“Short” was saved in another tab" in text(answer)
    assert ExportProfile.objects.get(user=agent).fields == ["slug"]
    save(support, reverse(PAGE), {**mine, "fields_chosen": ["name"]})
    assert ExportProfile.objects.get(user=agent).fields == ["name"]


def test_a_filter_that_the_list_has_not_is_refused_in_words(support: Client, fleets: None) -> None:
    answer = support.get(reverse(PAGE) + "?shoe_size=42")

    assert answer.status_code == 400
    assert "This list has no filter “shoe_size”" in text(answer)


def test_the_rows_leave_too_where_statements_are_logged(support: Client, fleets: None) -> None:
    with CaptureQueriesContext(connection):
        answer = support.post(reverse(PAGE), {"fields_chosen": ["name"], "format": "csv"})
        assert len(records(answer)) == 4


def test_members_leave_with_the_filters_of_their_list(support: Client, db: None) -> None:
    harbor: Organization = OrganizationFactory(name="Harbor Finance")
    MembershipFactory(organization=harbor, role="viewer", user__email="vi@example.org")
    MembershipFactory(role="viewer")
    page = reverse("admin:organizations_membership_export")

    answer = prove_factor(support).post(
        f"{page}?organization__id__exact={harbor.pk}&role__exact=viewer",
        {"fields_chosen": ["email", "role"], "format": "csv"},
    )

    assert [row["E-mail"] for row in records(answer)] == ["vi@example.org"]


def test_every_list_with_a_dataset_has_the_button_and_the_list_of_users_has_none(
    fleets: None, reference: None
) -> None:
    browser = signed_in(staff("Administrator"))
    for model in ("organizations_organization", "organizations_membership", "projects_project", "projects_task"):  # fmt: skip
        page = text(browser.get(reverse(f"admin:{model}_changelist")))
        assert reverse(f"admin:{model}_export") in page, model
        assert browser.get(reverse(f"admin:{model}_export")).status_code == 200
    users = text(browser.get(reverse("admin:accounts_user_changelist")))
    assert "/export/" not in users


def test_an_export_above_the_limit_is_written_by_a_worker_and_told_by_mail(
    support: Client,
    agent: User,
    fleets: None,
    monkeypatch: pytest.MonkeyPatch,
    mailoutbox: list[Any],
) -> None:
    from apps.core.queued_mails import queued_mails_sweep
    from apps.transfers.admin import exports

    monkeypatch.setattr(exports, "STREAMED_UP_TO", 2)
    answer = support.post(reverse(PAGE) + "?q=harbor", {"fields_chosen": ["name"], "format": "csv"})
    run = ExportRun.objects.get()
    assert run.state == ExportRun.State.QUEUED
    assert answer["Location"] == reverse("admin:transfers_exportrun_change", args=[run.pk])
    advance(run.pk)
    queued_mails_sweep()
    (mail,) = mailoutbox
    assert mail.to == [agent.email]
    assert "3 rows, kept until" in mail.body
    assert answer["Location"] in mail.body
