"""The documented ways of Unfold, each tried on an admin class of ours (`BaseAdmin`), on a site of its own.

The chapters: actions, the decorators, filters, tabs, the options of a ModelAdmin, and the dashboard.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.test import Client, override_settings
from django.urls import clear_url_caches, path, reverse
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    FieldTextFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
    RangeNumericListFilter,
    TextFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.sites import UnfoldAdminSite

from apps.accounts.models import User
from apps.core.admin.base import BaseAdmin
from apps.core.admin.filters import DayRangeFilter
from apps.core.admin.inlines import BaseTabularInline
from apps.core.admin.rows import KEY
from apps.organizations.models import Membership, Organization
from config import urls
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.forms import opened

pytestmark = pytest.mark.django_db
calls: list[str] = []


class BeginningFilter(TextFilter):
    title = "beginning"
    parameter_name = "beginning"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(name__startswith=self.value()) if self.value() else queryset


class MembersFilter(RangeNumericListFilter):
    title = "members"
    parameter_name = "members"


class MembershipInline(BaseTabularInline):
    model = Membership
    fields = ["user", "role"]
    autocomplete_fields = ["user"]
    tab = True


class DocumentedAdmin(BaseAdmin):
    list_display = ["headed", "state", "is_open", "more"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("created_at", DayRangeFilter),
        ("owner", AutocompleteSelectFilter),
        ("slug", FieldTextFilter),
        BeginningFilter,
        MembersFilter,
    ]
    search_fields = ["name"]
    autocomplete_fields = ["owner"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["name", "slug"]}),
        ("Numbers", {"classes": ["tab"], "fields": ["external_id"]}),
        ("State", {"classes": ["tab"], "fields": ["status", "owner"]}),
    ]
    compressed_fields = True
    list_fullwidth = True
    list_disable_select_all = True
    conditional_fields = {"external_id": "status == 'active'"}
    actions = ["mark_chosen"]
    actions_list = ["refresh_all", {"title": "Further actions", "items": ["recount"]}]
    actions_row = ["open_row"]
    actions_detail = ["print_record", "guarded"]
    actions_submit_line = ["save_and_tell"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(members=Count("memberships"))

    @display(description="Name", header=True)
    def headed(self, organization: Organization) -> list[str]:
        return [organization.name, organization.slug, "HF"]

    @display(description="State", ordering="status", label={"active": "success"})
    def state(self, organization: Organization) -> str:
        return organization.status

    @display(description="Open", boolean=True)
    def is_open(self, organization: Organization) -> bool:
        return organization.status == "active"

    @display(description="More", dropdown=True)
    def more(self, organization: Organization) -> dict[str, Any]:
        return {"title": "2 links", "items": [{"title": "First link", "link": "/first/"}]}

    @action(description="Mark the chosen")
    def mark_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        calls.append(f"marked {queryset.count()}")

    @action(description="Refresh all", icon="refresh", url_path="refresh-all")
    def refresh_all(self, request: HttpRequest) -> HttpResponseRedirect:
        calls.append("refreshed")
        return redirect("packages:organizations_organization_changelist")

    @action(description="Recount", variant=ActionVariant.PRIMARY)
    def recount(self, request: HttpRequest) -> HttpResponseRedirect:
        calls.append("recounted")
        return redirect("packages:organizations_organization_changelist")

    @action(description="Open the row", attrs={"target": "_blank"})
    def open_row(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        calls.append(f"opened {object_id}")
        return redirect("packages:organizations_organization_changelist")

    @action(description="Print the record", permissions=["print"])
    def print_record(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        calls.append(f"printed {object_id}")
        return redirect("packages:organizations_organization_change", object_id)

    def has_print_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.is_superuser)

    @action(description="Guarded", permissions=["organizations.delete_organization"])
    def guarded(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        calls.append("guarded")
        return redirect("packages:organizations_organization_change", object_id)

    @action(description="Save and tell")
    def save_and_tell(self, request: HttpRequest, obj: Organization) -> None:
        calls.append(f"told of {obj.name}")


site = UnfoldAdminSite("packages")
site.register(Organization, DocumentedAdmin)
site.register(User, type("PeopleAdmin", (BaseAdmin,), {"search_fields": ["first_name"]}))
urlpatterns = [path("packages/", site.urls), *urls.urlpatterns]
LIST = "/packages/organizations/organization/"


@pytest.fixture(autouse=True)
def _addresses() -> Iterator[None]:
    calls.clear()
    with override_settings(ROOT_URLCONF=__name__):
        clear_url_caches()
        yield
    clear_url_caches()


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(SuperuserFactory())
    return client


@pytest.fixture
def harbor() -> Organization:
    return OrganizationFactory(name="Harbor", slug="harbor", status="active")


class TestActions:
    def test_an_action_on_chosen_rows_is_offered_and_runs(
        self, chief: Client, harbor: Organization
    ) -> None:
        assert "Mark the chosen" in chief.get(LIST).content.decode()
        chief.post(LIST, {"action": "mark_chosen", "_selected_action": [str(harbor.pk)]})

        assert calls == ["marked 1"]

    def test_actions_above_the_list_have_addresses_of_their_own(
        self, chief: Client, harbor: Organization
    ) -> None:
        page = chief.get(LIST).content.decode()
        assert "Refresh all" in page
        assert "Further actions" in page
        refresh = reverse("packages:organizations_organization_refresh_all")
        assert "refresh-all" in refresh
        chief.get(refresh)
        chief.get(reverse("packages:organizations_organization_recount"))

        assert calls == ["refreshed", "recounted"]

    def test_an_action_in_the_row_gets_the_record(
        self, chief: Client, harbor: Organization
    ) -> None:
        url = reverse("packages:organizations_organization_open_row", args=[harbor.pk])
        page = chief.get(LIST).content.decode()
        # One menu serves all rows: a script puts in the key, which the row's checkbox has.
        assert f'data-url="{url.replace(str(harbor.pk), KEY)}"' in page
        assert f'value="{harbor.pk}"' in page
        chief.get(url)

        assert calls == [f"opened {harbor.pk}"]

    def test_an_action_on_the_record_asks_its_permissions(
        self, chief: Client, harbor: Organization
    ) -> None:
        page = chief.get(f"{LIST}{harbor.pk}/change/").content.decode()
        assert "Print the record" in page
        assert "Guarded" in page
        url = reverse("packages:organizations_organization_print_record", args=[harbor.pk])
        chief.get(url)
        assert calls == [f"printed {harbor.pk}"]

        reader = StaffFactory(may=["organizations.view_organization"])
        chief.force_login(reader)
        page = chief.get(f"{LIST}{harbor.pk}/change/").content.decode()
        assert "Print the record" not in page
        assert "Guarded" not in page
        for name in ("print_record", "guarded"):
            url = reverse(f"packages:organizations_organization_{name}", args=[harbor.pk])
            assert chief.get(url).status_code == 403
        assert calls == [f"printed {harbor.pk}"]

    def test_a_button_beside_save_runs_after_the_save(
        self, chief: Client, harbor: Organization
    ) -> None:
        url = f"{LIST}{harbor.pk}/change/"
        (name,) = set(re.findall(r'name="([a-z_]*save_and_tell)"', chief.get(url).content.decode()))
        answer = chief.post(url, {**opened(chief, url), "name": "Harbor East", name: ""})
        assert answer.status_code == 302, answer.context["errors"]

        assert calls == ["told of Harbor East"]
        assert Organization.objects.get(pk=harbor.pk).name == "Harbor East"

    def test_the_decorator_refuses_by_itself(self, rf: Any, harbor: Organization) -> None:
        request = rf.get("/")
        request.user = StaffFactory()
        with pytest.raises(PermissionDenied):
            DocumentedAdmin(Organization, site).guarded(request, object_id=str(harbor.pk))


class TestDisplay:
    def test_headers_labels_booleans_and_dropdowns_are_drawn(
        self, chief: Client, harbor: Organization
    ) -> None:
        page = chief.get(LIST).content.decode()

        assert "HF" in page
        assert "harbor" in page
        assert "First link" in page
        assert "check_circle" in page or "green" in page

    def test_a_column_is_sorted_by_its_ordering(self, chief: Client) -> None:
        OrganizationFactory(name="B", status="suspended")
        OrganizationFactory(name="A", status="active")
        page = chief.get(LIST, {"o": "2"})

        assert [each.name for each in page.context["cl"].result_list] == ["A", "B"]


class TestFilters:
    @pytest.mark.parametrize(
        "query",
        [
            {"status__exact": "active"},
            {"slug__icontains": "harb"},
            {"beginning": "Harb"},
            {"members_from": "1", "members_to": "5"},
        ],
        ids=["choices", "text of a field", "text", "numbers"],
    )
    def test_each_filter_reads_its_address(
        self, chief: Client, harbor: Organization, query: dict[str, str]
    ) -> None:
        OrganizationFactory(name="Field", slug="field", status="closed")
        MembershipFactory(organization=harbor)
        page = chief.get(LIST, query)

        assert page.status_code == 200
        assert [each.name for each in page.context["cl"].result_list] == ["Harbor"]

    def test_a_filter_of_related_records_reads_its_address(
        self, chief: Client, harbor: Organization
    ) -> None:
        membership = MembershipFactory(organization=harbor, role="owner")
        Organization.objects.filter(pk=harbor.pk).update(owner=membership.user)
        OrganizationFactory(name="Field")
        page = chief.get(LIST, {"owner__id__exact": str(membership.user_id)})

        assert [each.name for each in page.context["cl"].result_list] == ["Harbor"]

    @pytest.mark.parametrize("filter", [RangeDateFilter, RangeDateTimeFilter])
    def test_a_filter_that_forgets_the_time_zone_is_told(self, filter: Any) -> None:
        made = type("Made", (BaseAdmin,), {"list_filter": [("created_at", filter)]})
        errors = made(Organization, site).check()

        assert "DayRangeFilter" in next(each.hint for each in errors if each.id == "core.E044")

    def test_what_no_filter_declares_is_refused(self, chief: Client) -> None:
        assert chief.get(LIST, {"external_id": "1"}).status_code == 400


class TestForms:
    def test_fieldset_tabs_and_inline_tabs_are_drawn(
        self, chief: Client, harbor: Organization
    ) -> None:
        page = chief.get(f"{LIST}{harbor.pk}/change/").content.decode()

        assert "activeFieldsetTab == &#x27;numbers&#x27;" in page or "'numbers'" in page
        assert "memberships-group" in page

    def test_conditional_fields_carry_their_condition(
        self, chief: Client, harbor: Organization
    ) -> None:
        page = chief.get(f"{LIST}{harbor.pk}/change/").content.decode()

        assert "x-show=\"status == 'active'\"" in page or "status == &#x27;active&#x27;" in page
        assert 'x-model.fill="status"' in page

    def test_compressed_fields_are_a_class_of_the_page(
        self, chief: Client, harbor: Organization
    ) -> None:
        compressed = chief.get(f"{LIST}{harbor.pk}/change/").content.decode()
        DocumentedAdmin.compressed_fields = False
        try:
            loose = chief.get(f"{LIST}{harbor.pk}/change/").content.decode()
        finally:
            DocumentedAdmin.compressed_fields = True

        assert compressed.count("<div") >= 1
        assert 'name="name"' in compressed
        assert 'name="name"' in loose

    def test_tabs_of_the_settings_are_drawn(self, chief: Client) -> None:
        tabs = [
            {
                "models": ["organizations.organization"],
                "items": [{"title": "A second tab", "link": "/second/"}],
            }
        ]
        with override_settings(UNFOLD={**settings.UNFOLD, "TABS": tabs}):
            assert "A second tab" in chief.get(LIST).content.decode()


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    calls.append("dashboard")
    return context


def test_the_dashboard_callback_fills_the_start_page(chief: Client) -> None:
    with override_settings(
        UNFOLD={**settings.UNFOLD, "DASHBOARD_CALLBACK": "tests.packages.test_unfold.dashboard"}
    ):
        assert chief.get(reverse("admin:index")).status_code == 200

    assert calls == ["dashboard"]
