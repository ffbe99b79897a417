"""The rows of a list, which Python makes: what a ModelAdmin can declare works as Django and Unfold document it."""

import gzip
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from apps.core.discovery import full_site
from apps.core.template_loaders import compact
from apps.organizations.models import Membership, Organization
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
LIST = "admin:organizations_organization_changelist"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(SuperuserFactory())
    return client


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Declare something else in the admin of organizations."""
    model_admin = full_site()._registry[Organization]

    def declare(**given: Any) -> None:
        for name, value in given.items():
            monkeypatch.setattr(model_admin, name, value, raising=False)

    return declare


def rows(page: Any) -> list[str]:
    body = page.content.decode()
    table = body[body.index('id="result_list"') :]
    return re.findall(
        r"<tr>.*?</tr>", table[table.index("<tbody") : table.index("</table>")], re.DOTALL
    )


def cells(page: Any) -> list[list[tuple[str, str, str]]]:
    return [
        re.findall(r'<(td|th) class="([^"]*)"[^>]*>(.*?)</\1>', row, re.DOTALL)
        for row in rows(page)
    ]


def test_a_column_is_a_field_a_callable_a_method_or_an_attribute(
    client: Client, declare: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    OrganizationFactory(name="Harbor <b>&", external_id="")

    def shouted(organization: Organization) -> str:
        return organization.name.upper()

    @admin.display(boolean=True, description="open?")
    def is_open(organization: Organization) -> bool:
        return organization.status == "active"

    @admin.display(empty_value="none given")
    def number(organization: Organization) -> None:
        return None

    @display(label={"active": "success"})
    def as_label(organization: Organization) -> str:
        return organization.status

    @display(header=True)
    def as_header(organization: Organization) -> list[str]:
        return [organization.name, organization.slug]

    monkeypatch.setattr(
        Organization, "shelf", property(lambda organization: ["a", "b"]), raising=False
    )
    columns = [
        "name",
        shouted,
        "__str__",
        "external_id",
        "status",
        "shelf",
        is_open,
        number,
        as_label,
        as_header,
        "is_deleted",
        "owner",
    ]
    declare(list_display=columns)

    (row,) = cells(client.get(reverse(LIST)))

    shown = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", content)).strip() for _, _, content in row]
    assert shown[1] == "Harbor &lt;b&gt;&amp;"
    assert shown[2] == "HARBOR &lt;B&gt;&amp;"
    assert shown[3] == "Harbor &lt;b&gt;&amp;"
    assert shown[4:7] == ["–", "Active", "a, b"]  # noqa: RUF001
    assert shown[8] == "none given"
    assert shown[9] == "active"
    assert "Harbor &lt;b&gt;&amp;" in shown[10]
    assert shown[11:13] == ["False", "–"]  # noqa: RUF001
    assert row[1][0] == "th"
    assert [kind for kind, _, _ in row].count("th") == 1
    assert row[7][2].strip()


def test_html_of_a_column_stays_and_everything_else_is_escaped(
    client: Client, declare: Callable[..., None]
) -> None:
    OrganizationFactory(name='"><script>alert(1)</script>')
    declare(list_display=["name", lambda organization: format_html("<i>{}</i>", organization.name)])

    body = client.get(reverse(LIST)).content.decode()

    assert "<script>alert(1)" not in body
    assert "<i>&quot;&gt;&lt;script&gt;" in body


def test_the_checkbox_of_a_row_says_what_it_selects(client: Client) -> None:
    organization = OrganizationFactory(name="Harbor “Committee”")

    (row,) = rows(client.get(reverse(LIST)))

    (box,) = re.findall(r"<input [^>]*>", row)
    assert f'name="{ACTION_CHECKBOX_NAME}"' in box
    assert f'value="{organization.pk}"' in box
    assert 'aria-label="Select Harbor “Committee”"' in unescape(box)


def test_the_link_of_a_row_leads_back_to_the_filtered_list(
    client: Client, declare: Callable[..., None]
) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = reverse("admin:organizations_organization_change", args=[organization.pk])

    (row,) = rows(client.get(reverse(LIST), {"q": "harb", "status__exact": "active"}))

    (link,) = re.findall(rf'href="({url}[^"]*)"', row)
    assert unescape(link) == f"{url}?_changelist_filters=q%3Dharb%26status__exact%3Dactive"
    declare(list_display_links=["slug"])
    (row,) = cells(client.get(reverse(LIST)))
    assert [classes for _, classes, content in row if url in content] == ["field-slug"]
    declare(list_display_links=None)
    assert url not in "".join(rows(client.get(reverse(LIST))))


def test_a_popup_hands_the_chosen_record_back(client: Client) -> None:
    organization = OrganizationFactory()

    (row,) = rows(client.get(reverse(LIST), {"_popup": "1"}))

    assert f'data-popup-opener="{organization.pk}"' in row


def test_a_list_that_is_edited_in_place_is_unfolds(
    client: Client, declare: Callable[..., None]
) -> None:
    OrganizationFactory(name="Harbor")
    declare(list_display=["name", "slug"], list_editable=["slug"])
    page = client.get(reverse(LIST))

    assert 'name="form-0-slug"' in page.content.decode()
    assert "data-row" in page.content.decode()


@pytest.mark.parametrize("has_service", [True, False])
def test_a_list_that_is_edited_in_place_saves(
    client: Client, declare: Callable[..., None], has_service: bool
) -> None:
    organization, other = OrganizationFactory(name="Harbor"), OrganizationFactory(name="Lighthouse")
    declare(list_display=["name", "slug"], list_editable=["slug"])
    if not has_service:
        declare(update_service=None)
    form = client.get(reverse(LIST)).context["cl"].formset
    posted = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "2",
        "_save": "Save",
        "form-0-id": str(form.forms[0].instance.pk),
        "form-0-slug": "new-harbor",
        "form-1-id": str(form.forms[1].instance.pk),
        "form-1-slug": other.slug,
    }

    assert client.post(reverse(LIST), posted).status_code == 302

    organization.refresh_from_db()
    assert organization.slug == "new-harbor"
    assert organization.history.count() == 2
    assert other.history.count() == 1


def test_a_checkbox_of_the_model_admins_own_is_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    OrganizationFactory(name="Harbor")
    kind = type(full_site()._registry[Organization])
    monkeypatch.setattr(
        kind,
        "action_checkbox",
        lambda model_admin, record: format_html("<u>{}</u>", record),
        raising=False,
    )

    (row,) = rows(client.get(reverse(LIST)))

    assert "<u>Harbor</u>" in row


def test_one_menu_serves_all_rows(client: Client) -> None:
    for _ in range(5):
        OrganizationFactory()

    body = client.get(reverse(LIST)).content.decode()

    assert body.count('id="qd-row-menu"') == 1
    assert body.count("move-to-trash/") == 1
    assert body.count('class="qd-row-menu"') == 5


def test_a_menu_is_there_for_those_who_may_use_it(client: Client) -> None:
    OrganizationFactory()
    reader = Client()
    reader.force_login(StaffFactory(may=["organizations.view_organization"]))

    assert "qd-row-menu" not in "".join(rows(reader.get(reverse(LIST))))


def test_no_row_repeats_how_its_cells_look(client: Client) -> None:
    """A hundred rows repeat what a row says, so the look is in the style sheet."""
    MembershipFactory()

    for model in (Organization, Membership):
        opts = model._meta
        for row in rows(
            client.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
        ):
            assert all(len(each) <= 40 for each in re.findall(r'class="([^"]*)"', row)), row
            assert len(row) < 1_000


def test_a_page_is_compressed_unless_it_holds_a_secret(client: Client) -> None:
    OrganizationFactory(name="Harbor")
    asked = {"Accept-Encoding": "gzip"}

    page = client.get(reverse(LIST), headers=asked)

    assert page.headers["Content-Encoding"] == "gzip"
    assert b"Harbor" in gzip.decompress(page.content)
    for name in ("account_login", "account_security"):
        assert "Content-Encoding" not in client.get(reverse(name), headers=asked).headers, name


def test_the_same_page_is_never_as_long_twice(client: Client) -> None:
    """The random bytes hide how well a guess was compressed."""
    lengths = {
        len(client.get(reverse(LIST), headers={"Accept-Encoding": "gzip"}).content)
        for _ in range(8)
    }

    assert len(lengths) > 1


def test_a_template_is_compiled_without_its_indentation() -> None:
    assert compact("<p>\n        a\n\n    <b>") == "<p>\na\n<b>"
    assert compact("<pre>\n    a</pre>") == "<pre>\n    a</pre>"
