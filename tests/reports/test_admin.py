"""Reports in the admin: seen, downloaded, subscribed to."""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.audit.models import Event
from apps.reports.models import ReportRecipient, ReportRun, ReportSubscription
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.reports import (
    ReportRecipientFactory,
    ReportRunFactory,
    ReportSubscriptionFactory,
)
from tests.reports.conftest import reader

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:reports_reportrun_report", args=["weekly"])
DANGEROUS = ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"]  # noqa: RUF001


def _download(format: str) -> str:
    return reverse("admin:reports_reportrun_download", args=["weekly", format])


@pytest.fixture
def user(client: Client) -> Any:
    user = reader()
    client.force_login(user)
    return user


def test_the_page_shows_numbers_chart_and_table(client: Client, user: Any) -> None:
    organization = OrganizationFactory(name="Harbor <b>Trust</b>")
    MembershipFactory.create_batch(2, organization=organization)

    page = client.get(PAGE)
    body = page.content.decode()

    assert page.status_code == 200
    assert "Members and projects of a week" in body
    assert "Harbor &lt;b&gt;Trust&lt;/b&gt;" in body
    assert 'data-type="bar"' in body
    assert "+2 vs. the week before" in body


def test_the_page_asks_for_its_permission(client: Client) -> None:
    client.force_login(StaffFactory())
    assert client.get(PAGE).status_code == 403
    assert client.get(reverse("admin:reports_reportrun_overview")).status_code == 403
    assert client.post(_download("csv")).status_code == 403
    assert not ReportRun.objects.exists()


def test_the_overview_names_the_reports(client: Client, user: Any) -> None:
    ReportRecipientFactory(user=user, subscription__next_due_at=timezone.now())
    body = client.get(reverse("admin:reports_reportrun_overview")).content.decode()
    assert PAGE in body
    assert "You get it by e-mail" in body


def test_a_week_that_is_none_is_said_and_this_week_shown(client: Client, user: Any) -> None:
    page = client.get(PAGE, {"week": "soon"})
    assert page.status_code == 400
    assert "is not a week" in page.content.decode()


def test_an_unknown_report_is_not_found(client: Client, user: Any) -> None:
    url = reverse("admin:reports_reportrun_report", args=["yearly"])
    assert client.get(url).status_code == 404


def test_the_csv_is_an_attachment_with_no_cell_that_runs(client: Client, user: Any) -> None:
    for name in DANGEROUS:
        MembershipFactory(organization=OrganizationFactory(name=name))

    response = client.post(_download("csv"))

    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    text = response.content.decode("utf-8-sig")
    assert text.startswith("Organization,New members,")
    for name in DANGEROUS:
        assert f"'{name}" in text


def test_the_xlsx_has_numbers_as_numbers_and_texts_as_texts(client: Client, user: Any) -> None:
    organization = OrganizationFactory(name='=HYPERLINK("http://x","y")')
    MembershipFactory.create_batch(3, organization=organization)

    response = client.post(_download("xlsx"))

    sheet = load_workbook(io.BytesIO(response.content)).active
    name, new = sheet["A2"], sheet["B2"]
    assert (name.data_type, name.value) == ("s", f"'{organization.name}")
    assert (new.data_type, new.value) == ("n", 3)


def test_a_download_leaves_its_run_and_an_event(client: Client, user: Any) -> None:
    client.post(_download("csv") + "?week=2026-W10")

    run = ReportRun.objects.get()
    assert (run.started_by, run.state, run.params) == (user, "succeeded", {"week": "2026-W10"})
    assert run.file.read().startswith(b"\xef\xbb\xbfOrganization")
    run.file.close()
    assert Event.objects.filter(kind="export", target_pk=str(run.pk)).exists()


def test_a_download_is_not_made_by_a_get(client: Client, user: Any) -> None:
    assert client.get(_download("csv")).status_code == 405
    assert not ReportRun.objects.exists()


def test_the_kept_file_is_for_who_made_it(client: Client, user: Any) -> None:
    client.post(_download("csv"))
    url = reverse("admin:reports_reportrun_file", args=[ReportRun.objects.get().pk])

    mine = client.get(url)
    assert mine.status_code == 200
    assert b"".join(mine.streaming_content).startswith(b"\xef\xbb\xbf")

    client.force_login(reader())
    assert client.get(url).status_code == 403


def test_a_run_without_a_file_says_so(client: Client) -> None:
    client.force_login(SuperuserFactory())
    none = ReportRunFactory()
    lost = ReportRunFactory()
    lost.file.save("gone.csv", ContentFile(b"x"))
    lost.file.storage.delete(lost.file.name)
    for run in (none, lost):
        url = reverse("admin:reports_reportrun_file", args=[run.pk])
        assert client.get(url).status_code == 404


def test_subscribing_and_unsubscribing(client: Client, user: Any) -> None:
    url = reverse("admin:reports_reportrun_subscription", args=["weekly"])
    assert client.get(url).status_code == 405

    client.post(url, {"wanted": "yes"})
    recipient = ReportRecipient.objects.get(user=user)
    assert (recipient.subscription.enabled, recipient.unsubscribed_at) == (True, None)
    assert "Unsubscribe" in client.get(PAGE).content.decode()

    client.post(url, {"wanted": "no"})
    recipient.refresh_from_db()
    assert recipient.unsubscribed_at is not None

    client.post(url, {"wanted": "yes"})
    recipient.refresh_from_db()
    assert recipient.unsubscribed_at is None
    assert ReportSubscription.objects.count() == 1


def test_subscribing_asks_for_its_permission(client: Client, user: Any) -> None:
    user.user_permissions.remove(*user.user_permissions.filter(codename="subscribe_report"))
    url = reverse("admin:reports_reportrun_subscription", args=["weekly"])
    assert client.post(url, {"wanted": "yes"}).status_code == 403
    assert not ReportSubscription.objects.exists()


def test_past_runs_are_listed_and_not_edited(client: Client) -> None:
    client.force_login(SuperuserFactory())
    run = ReportRunFactory()
    body = client.get(reverse("admin:reports_reportrun_changelist")).content.decode()
    assert run.period in body
    url = reverse("admin:reports_reportrun_change", args=[run.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"period": "never"}).status_code == 403


def test_a_subscription_is_stopped_with_a_reason(client: Client) -> None:
    client.force_login(SuperuserFactory())
    subscription = ReportSubscriptionFactory()
    assert client.get(reverse("admin:reports_reportsubscription_changelist")).status_code == 200
    url = reverse("admin:reports_reportsubscription_stop", args=[subscription.pk])
    client.post(url, {"reason": "Left the company"})
    subscription.refresh_from_db()
    assert not subscription.enabled
