"""What stands before every page of an import: signing in, the permissions, the gate."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db

NEW = "/admin/transfers/importrun/new/"


@pytest.fixture(autouse=True)
def reference() -> None:
    call_command("load_reference", verbosity=0)


def signed_in(role: str) -> Client:
    user = StaffFactory(email=f"{role.lower()}@quarterdeck.example")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_a_stranger_is_sent_to_the_sign_in_page(client: Client) -> None:
    page = client.get(NEW)

    assert page.status_code == 302
    assert page["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("role", ["Operations", "Analyst", "Auditor"])
def test_a_role_without_the_permission_is_told_which_one_is_missing(role: str) -> None:
    page = signed_in(role).get(NEW)

    assert page.status_code == 403
    assert "transfers.import_data" in page.content.decode()


def test_support_chooses_a_dataset_and_a_file() -> None:
    page = signed_in("Support").get(NEW)

    assert page.status_code == 200
    body = page.content.decode()
    assert 'type="file"' in body
    assert 'aria-current="step"' in body
