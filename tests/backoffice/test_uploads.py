"""What a request may send is limited before anything of it is read."""

from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from apps.transfers.models import ImportRun
from apps.transfers.reading.limits import MAX_BYTES
from tests.factories.accounts import StaffFactory, SuperuserFactory

pytestmark = pytest.mark.django_db

NEW_IMPORT = reverse("admin:transfers_importrun_new")
EVERYWHERE = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class Unread:
    """A body that must not be read."""

    def read(self, *size: int) -> bytes:
        raise AssertionError("The body was read.")

    readline = read


def announce(client: Client, address: str, length: int, **extra: Any) -> Any:
    """Post to an address a body of a length that nobody may read."""
    return client.generic(
        "POST",
        address,
        **{
            "CONTENT_LENGTH": str(length),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "wsgi.input": Unread(),
            **extra,
        },
    )


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(SuperuserFactory())
    return client


def test_a_form_that_is_too_large_is_refused_unread_and_the_page_says_the_limit(
    administrator: Client,
) -> None:
    response = announce(administrator, reverse("admin:projects_task_add"), EVERYWHERE + 1)

    assert response.status_code == 413
    assert "This is too large" in response.text
    assert "up to 2.5" in response.text
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_the_sign_in_page_takes_no_more_from_a_stranger(client: Client) -> None:
    response = announce(client, reverse("account_login"), EVERYWHERE + 1)

    assert response.status_code == 413


def test_a_stranger_cannot_send_a_file_where_staff_may(client: Client) -> None:
    response = announce(client, NEW_IMPORT, EVERYWHERE + 1)

    assert response.status_code == 413
    assert "up to 2.5" in response.text


def test_who_may_not_import_cannot_send_a_file_and_reads_why(client: Client) -> None:
    client.force_login(StaffFactory())

    response = announce(client, NEW_IMPORT, EVERYWHERE + 1)

    assert response.status_code == 403
    assert "transfers.import_data" in response.text


def test_a_file_beyond_what_imports_read_is_refused_unread(administrator: Client) -> None:
    size, _ = settings.UPLOAD_LIMITS["admin:transfers_importrun_new"]
    assert size > MAX_BYTES

    response = announce(administrator, NEW_IMPORT, size + 1)

    assert response.status_code == 413
    assert "up to 512.1" in response.text


def test_a_roster_larger_than_a_form_still_comes_in(administrator: Client) -> None:
    rows = "name\n" + "\n".join(f"Organization {number:0100}" for number in range(26_000))
    file = SimpleUploadedFile("organizations.csv", rows.encode())
    assert file.size > EVERYWHERE

    response = administrator.post(NEW_IMPORT, {"dataset": "organizations", "file": file})

    assert response.status_code == 302
    assert ImportRun.objects.get().upload.size == file.size


def test_what_does_not_announce_its_length_is_refused_unread(administrator: Client) -> None:
    response = announce(administrator, NEW_IMPORT, 0, HTTP_TRANSFER_ENCODING="chunked")

    assert response.status_code == 411
    assert "Content-Length" in response.text


def test_no_middleware_reads_a_body_before_the_limit(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: HttpRequest) -> None:
        raise AssertionError("The body was read.")

    monkeypatch.setattr("django.core.handlers.wsgi.WSGIRequest._load_post_and_files", refuse)

    assert announce(administrator, NEW_IMPORT, 10**12).status_code == 413


@pytest.mark.parametrize("name", sorted(settings.UPLOAD_LIMITS))
def test_a_page_that_takes_more_exists_and_asks_for_a_permission(name: str) -> None:
    size, permission = settings.UPLOAD_LIMITS[name]

    assert reverse(name)
    assert size > EVERYWHERE
    assert permission.count(".") == 1
