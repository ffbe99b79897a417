"""The parts that every list is made of."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.core.admin.display import label, moment
from apps.core.admin.fingerprint import fingerprint
from apps.core.admin.paginator import EstimatingPaginator
from apps.core.discovery import full_site
from apps.core.wording import counted, listed
from apps.organizations.models import Organization
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import OrganizationFactory

LIST = "admin:organizations_organization_changelist"


@pytest.fixture
def reader(db: None) -> Client:
    client = Client()
    client.force_login(StaffFactory(may=["organizations.view_organization"]))
    return client


def _names(page: object) -> list[str]:
    return [organization.name for organization in page.context["cl"].result_list]  # type: ignore[attr-defined]


def test_the_last_day_of_a_range_is_part_of_it(reader: Client) -> None:
    for name, day, hour in (("Early", 1, 0), ("Late", 2, 23), ("After", 3, 0)):
        organization = OrganizationFactory(name=name)
        Organization.objects.filter(pk=organization.pk).update(
            created_at=datetime(2026, 3, day, hour, 30, tzinfo=timezone.get_current_timezone())
        )

    page = reader.get(
        reverse(LIST), {"created_at_from": "2026-03-01", "created_at_to": "2026-03-02"}
    )

    assert _names(page) == ["Early", "Late"]


@pytest.mark.parametrize("day", ["the day after", "2026-02-30", "9999-12-31", "2026-01-01' --"])
def test_a_day_that_is_none_is_refused(day: str, reader: Client) -> None:
    OrganizationFactory()

    for end in ("from", "to"):
        assert reader.get(reverse(LIST), {f"created_at_{end}": day}).status_code == 400


def test_filters_stay_in_the_address_and_hold_together(reader: Client) -> None:
    OrganizationFactory(name="Harbor", status="closed")
    OrganizationFactory(name="Harbor too")
    OrganizationFactory(name="Field", status="closed")

    page = reader.get(reverse(LIST), {"status__exact": "closed", "q": "harb"})

    assert _names(page) == ["Harbor"]
    assert 'name="status__exact"' in page.content.decode()


@pytest.mark.django_db
def test_a_short_list_is_counted_and_a_long_one_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        OrganizationFactory()

    short = EstimatingPaginator(Organization.objects.all(), 50)
    assert (short.count, short.is_estimate) == (5, False)

    monkeypatch.setattr(EstimatingPaginator, "bound", 3)
    long = EstimatingPaginator(Organization.objects.all(), 50)
    assert long.is_estimate
    assert long.count >= 4


@pytest.mark.django_db
def test_a_list_is_counted_once(
    rf: RequestFactory, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    OrganizationFactory()
    request = rf.get("/")
    request.user = StaffFactory(may=["organizations.view_organization"])
    model_admin = full_site()._registry[Organization]
    request.user.get_all_permissions()

    # One count, one page of rows, and whether anything is under legal hold.
    with django_assert_num_queries(3):  # type: ignore[operator]
        changelist = model_admin.get_changelist_instance(request)
        assert len(list(changelist.result_list)) == 1


@pytest.mark.django_db
def test_a_fingerprint_tells_other_records_of_the_same_number() -> None:
    first, second, third = (OrganizationFactory() for _ in range(3))
    records = Organization.objects.filter

    one = fingerprint(records(pk__in=[first.pk, second.pk]))
    assert one == fingerprint(records(pk__in=[second.pk, first.pk]).order_by("-name"))
    assert one[0] == 2
    assert one != fingerprint(records(pk__in=[first.pk, third.pk]))


def test_a_time_is_exact_for_a_browser_without_scripts_and_for_the_script_that_relates_it() -> None:
    shown = moment(datetime(2026, 3, 11, 9, 0, 30, 123, tzinfo=UTC))

    assert 'datetime="2026-03-11T09:00:30+00:00"' in shown
    assert ">Mar 11, 2026, 09:00 UTC<" in shown
    assert "data-ago" in shown
    # A day is the same everywhere and is not related to now.
    assert moment(date(2026, 3, 11)) == '<time datetime="2026-03-11">Mar 11, 2026</time>'


def test_what_is_shown_is_escaped() -> None:
    assert "<b>" not in label("<b>", "success")


def test_numbers_of_records_are_put_into_words() -> None:
    assert counted(1, Organization) == "1 organization"
    assert counted(12_300, Organization) == "12,300 organizations"
    assert listed(["a", "b", "c"]) == "a, b, and c"
    assert listed([]) == ""
