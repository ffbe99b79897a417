"""The holes of the stock history pages are shut; each is first shown to be open in the stock class.

The stock classes are driven on an admin site of their own, so that a test here fails should our
admin ever inherit what it must not.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import clear_url_caches, path, reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.sites import UnfoldAdminSite

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization, Role
from apps.organizations.services import membership_add
from config import urls
from tests.factories.organizations import OrganizationFactory, OwnerFactory
from tests.factories.projects import TaskFactory
from tests.forms import save

pytestmark = pytest.mark.django_db

StaffWith = Callable[..., User]
ClientOf = Callable[[User], Client]

NOBODY = "Nothing of this organization is yours."


class StockOrganizationAdmin(SimpleHistoryAdmin):
    """What the package ships, narrowed to a scope as its documentation does it."""

    fields = ["name", "slug", "status"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).exclude(name=NOBODY)


stock_site = UnfoldAdminSite("stock")
stock_site.register(Organization, StockOrganizationAdmin)
urlpatterns = [path("stock/", stock_site.urls), *urls.urlpatterns]


@pytest.fixture
def stock() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        clear_url_caches()
        yield
    clear_url_caches()


@pytest.fixture
def looker(staff_with: StaffWith, client_of: ClientOf) -> Client:
    """Somebody who may look at organizations and change nothing."""
    return client_of(staff_with("organizations.view_organization"))


def _form(record: Organization, **changes: str) -> dict[str, str]:
    return {"name": record.name, "slug": record.slug, "status": record.status} | changes


def _first(record: Any) -> int:
    rows = type(record).history.model.objects.filter(id=record.pk).order_by("history_id")
    return int(rows.values_list("history_id", flat=True)[0])


@pytest.mark.usefixtures("stock")
def test_stock_lets_a_view_only_user_write_and_ours_does_not(looker: Client) -> None:
    acme = OrganizationFactory(name="Acme")
    position = _first(acme)

    looker.post(
        f"/stock/organizations/organization/{acme.pk}/history/{position}/",
        _form(acme, name="Taken"),
    )
    acme.refresh_from_db()
    assert acme.name == "Taken"  # The hole, in the package as it is shipped.

    history = reverse("admin:organizations_organization_history", args=[acme.pk])
    for url in (f"{history}{position}/", history, f"{history}{position}/revert/"):
        looker.post(url, _form(acme, name="Taken again"), follow=True)
    acme.refresh_from_db()
    assert acme.name == "Taken"


@pytest.mark.usefixtures("stock")
def test_stock_shows_the_history_outside_of_the_scope_and_ours_does_not(
    looker: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = OrganizationFactory(name=NOBODY)

    stock_page = looker.get(
        f"/stock/organizations/organization/{hidden.pk}/history/{_first(hidden)}/"
    )
    assert stock_page.status_code == 200  # The hole again.
    assert NOBODY in stock_page.content.decode()

    queryset = type(Organization.objects.all())
    monkeypatch.setattr(queryset, "for_staff", lambda self, user: self.exclude(name=NOBODY))
    history = reverse("admin:organizations_organization_history", args=[hidden.pk])
    for url in (history, f"{history}{_first(hidden)}/", f"{history}{_first(hidden)}/revert/"):
        answer = looker.get(url, follow=True)
        assert answer.status_code in (403, 404), url
        assert NOBODY not in answer.content.decode()


def test_the_scope_holds_in_the_trash_as_well(
    looker: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    hidden = OrganizationFactory(name=NOBODY, deleted_at=timezone.now())
    queryset = type(Organization.objects.all())
    monkeypatch.setattr(queryset, "for_staff", lambda self, user: self.exclude(name=NOBODY))

    page = looker.get(reverse("admin:organizations_organization_history", args=[hidden.pk]))

    assert page.status_code == 404


@pytest.mark.usefixtures("stock")
def test_stock_reverts_with_the_change_permission_alone_and_ours_asks_for_its_own(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    client = client_of(
        staff_with("organizations.view_organization", "organizations.change_organization")
    )
    acme = OrganizationFactory(name="Acme")
    first = _first(acme)
    Organization.objects.filter(pk=acme.pk).update(name="Acme Ltd")

    client.post(f"/stock/organizations/organization/{acme.pk}/history/{first}/", _form(acme))
    acme.refresh_from_db()
    assert acme.name == "Acme"  # Reverted, with no permission to revert and no reason.

    Organization.objects.filter(pk=acme.pk).update(name="Acme Ltd")
    url = reverse("admin:organizations_organization_revert", args=[acme.pk, first])
    assert client.post(url, {"reason": "x", "newest": first}).status_code == 403
    acme.refresh_from_db()
    assert acme.name == "Acme Ltd"


class TestReasons:
    """What demands a reason, changes nothing without one."""

    @pytest.fixture
    def keeper(self, staff_with: StaffWith, client_of: ClientOf) -> Client:
        return client_of(
            staff_with(
                "organizations.view_organization",
                "organizations.change_organization",
                "organizations.delete_organization",
                "organizations.view_membership",
                "organizations.change_membership",
                "organizations.delete_membership",
                "projects.view_project",
                "projects.view_task",
                "projects.delete_task",
                "accounts.view_user",
            )
        )

    @pytest.fixture
    def membership(self) -> Membership:
        acme = OwnerFactory().organization
        return membership_add(
            organization=acme, user=OwnerFactory().user, role=Role.MEMBER, actor=None
        )

    def test_a_role_is_changed_with_a_reason_and_not_without(
        self, keeper: Client, membership: Membership
    ) -> None:
        url = reverse("admin:organizations_membership_change", args=[membership.pk])

        refused = save(keeper, url, {"role": "admin"})
        membership.refresh_from_db()
        assert membership.role == Role.MEMBER
        assert "A reason is required" in refused.content.decode()

        save(keeper, url, {"role": "admin", "_reason": "Takes over the roster"})
        membership.refresh_from_db()
        assert membership.role == Role.ADMIN
        assert Membership.history.first().history_change_reason == "Takes over the roster"

    @pytest.mark.parametrize("change", [{"role": "admin"}, {"DELETE": "on"}])
    def test_the_same_on_the_organizations_own_page(
        self, keeper: Client, membership: Membership, change: dict[str, str]
    ) -> None:
        acme = membership.organization
        before = Membership.history.count()
        url = reverse("admin:organizations_organization_change", args=[acme.pk])
        page = keeper.get(url)
        posted = {
            "name": acme.name,
            "slug": acme.slug,
            "external_id": "",
            "status": acme.status,
            "owner": "",
        }
        for wrapper in page.context["inline_admin_formsets"]:
            formset = wrapper.formset
            for field in formset.management_form:
                posted[field.html_name] = str(field.value() or 0)
            for form in formset.forms:
                for field in form:
                    value = field.value()
                    posted[field.html_name] = "" if value is None else str(value)
                if form.instance.pk == membership.pk:
                    posted |= {form.add_prefix(name): value for name, value in change.items()}
                else:
                    posted.pop(form.add_prefix("DELETE"), None)
        posted = {
            name: value
            for name, value in posted.items()
            if not (name.endswith("DELETE") and value != "on")
        }

        refused = save(keeper, url, posted)
        assert "A reason is required" in refused.content.decode()
        assert Membership.history.count() == before

        accepted = save(keeper, url, {**posted, "_reason": "A reason"})
        assert accepted.status_code == 302, accepted.content.decode()[:2000]
        assert Membership.history.count() == before + 1
        assert Membership.history.first().history_change_reason == "A reason"

    def test_nothing_is_deleted_without_a_reason(
        self, keeper: Client, membership: Membership
    ) -> None:
        task = TaskFactory()
        acme = OrganizationFactory()
        for record in (membership, task, acme):
            opts = record._meta
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_delete", args=[record.pk])
            before = type(record).history.count()

            keeper.post(url, {"post": "yes"})
            assert type(record).history.count() == before, record

            keeper.post(url, {"post": "yes", "reason": "No longer needed"})
            assert type(record).history.count() == before + 1, record
            assert type(record).history.first().history_change_reason == "No longer needed"
            assert not type(record).objects.filter(pk=record.pk).exists()

    def test_other_forms_offer_a_reason_and_keep_it(self, keeper: Client) -> None:
        acme = OrganizationFactory(name="Acme")
        url = reverse("admin:organizations_organization_change", args=[acme.pk])

        assert 'name="_reason"' in keeper.get(url).content.decode()
