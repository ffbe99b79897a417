"""What the address of an import's page says is done, or refused with a sentence: nothing in it is ignored."""

import html
import re

import pytest
from django.test import Client

from apps.organizations.models import Organization
from apps.transfers.models import ImportRun, ImportTemplate
from tests.transfers.wizard import (
    applied_run,
    planned_run,
    read_run,
    signed_in,
    staff,
    upload,
    url,
    work,
)

UNKNOWN = "c98f869c-8d63-4e70-82c9-1ddc2e2cb6f2"


def _sentence(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 400, (address, answer.status_code)
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("value", ["zz", "-1", "999999", "9" * 30, "1.5", "²"])
@pytest.mark.parametrize("name", ["like", "attempt_of"])
def test_a_new_import_refuses_a_run_that_is_not_there(
    name: str, value: str, support: Client
) -> None:
    page = _sentence(support, f"{url('new')}?dataset=members&{name}={value}")
    assert "must be a number" in page or "You have no import run 999999." in page


def test_a_new_import_refuses_a_dataset_that_is_not_there(support: Client) -> None:
    assert "no dataset “zz”" in _sentence(support, f"{url('new')}?dataset=zz")
    assert support.get(f"{url('new')}?dataset=members").status_code == 200


def test_another_datasets_columns_are_refused(support: Client, harbor: Organization) -> None:
    run = planned_run(support)
    page = f"{url('new')}?dataset=organizations&like={run.pk}"
    assert "of another dataset" in _sentence(support, page)


def test_a_colleagues_run_is_corrected_by_nobody_else(
    support: Client, harbor: Organization
) -> None:
    run = applied_run(support)
    other = signed_in(staff("Administrator"))
    assert "colleague" in _sentence(other, f"{url('new')}?dataset=members&attempt_of={run.pk}")


@pytest.mark.parametrize("query", ["like=zz", "like=999999", "template=zz", f"template={UNKNOWN}"])
def test_the_columns_refuse_what_they_cannot_take_over(
    query: str, support: Client, harbor: Organization
) -> None:
    run = read_run(support)
    _sentence(support, f"{url('columns', run)}?{query}")
    assert not ImportTemplate.objects.exists()


def test_the_same_mapping_is_carried_from_page_to_page(
    support: Client, harbor: Organization
) -> None:
    earlier = planned_run(support)
    new = f"{url('new')}?dataset=members"
    (link,) = set(
        re.findall(r'href="(\?dataset=members&amp;like=\d+)"', support.get(new).content.decode())
    )
    assert support.get(url("new") + html.unescape(link)).status_code == 200

    answer = upload(
        support, "E-mail,Committee\nada@example.org,Harbor Finance\n", like=str(earlier.pk)
    )
    file = support.get(answer["Location"])
    assert file.status_code == 200
    work()
    file = support.get(answer["Location"])
    assert f"?like={earlier.pk}" in file.content.decode()
    run = ImportRun.objects.latest("pk")
    assert support.get(f"{url('columns', run)}?like={earlier.pk}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "verdict=zz",
        "outcome=zz",
        "verdict=refused&cause=zz",
        "cause=email:missing",
        "verdict=create&cause=email:missing",
        "after=zz",
        "before=-1",
        "at=1.5",
    ],
)
def test_the_rows_refuse_a_filter_that_they_do_not_have(
    query: str, support: Client, harbor: Organization
) -> None:
    run = planned_run(support)
    _sentence(support, f"{url('check', run)}?{query}")
    _sentence(support, f"{url('change', run)}?tab=rows&{query}")


def test_every_link_of_the_rows_leads_to_rows(support: Client, harbor: Organization) -> None:
    run = planned_run(support)
    seen: set[str] = set()
    waiting = {url("check", run), f"{url('change', run)}?tab=rows"}
    while waiting - seen and len(seen) < 60:
        page = (waiting - seen).pop()
        seen.add(page)
        answer = support.get(page)
        assert answer.status_code == 200, page
        links = {
            html.unescape(link) for link in re.findall(r'href="([^"]*)"', answer.content.decode())
        }
        waiting |= {
            link for link in links if link.startswith((url("check", run), url("change", run)))
        }
    assert len(seen) > 5


def test_a_tab_without_rows_takes_no_filter_of_rows(support: Client, harbor: Organization) -> None:
    run = applied_run(support)
    assert support.get(f"{url('change', run)}?tab=log").status_code == 200
    _sentence(support, f"{url('change', run)}?tab=log&verdict=create")
    _sentence(support, f"{url('change', run)}?q=ada")
    _sentence(support, f"{url('change', run)}?tab=zz")


@pytest.mark.parametrize("page", ["zz", "2"])
def test_the_palette_has_one_page(page: str, support: Client) -> None:
    assert support.get(f"/admin/search/?s=harbor&page={page}").status_code == 400
    assert support.get("/admin/search/?s=harbor&page=1").status_code == 200
