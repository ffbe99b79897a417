"""A large file is read by the page that takes it, as it arrives."""

import http.client
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command

from apps.transfers.models import ImportRun
from tests.factories.accounts import SuperuserFactory, sudo_client
from tests.web.conftest import Site

pytestmark = pytest.mark.faults

TOKEN = "c" * 32
MARK = "----roster"


def upload(site: Site, content: bytes, cookie: str) -> http.client.HTTPResponse:
    fields = {"csrfmiddlewaretoken": TOKEN, "dataset": "organizations"}
    parts = "".join(
        f'--{MARK}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head = (
        f'--{MARK}\r\nContent-Disposition: form-data; name="file"; filename="roster.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = (parts + head).encode() + content + f"\r\n--{MARK}--\r\n".encode()
    link = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
    headers = {
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "Content-Type": f"multipart/form-data; boundary={MARK}",
        "Content-Length": str(len(body)),
    }
    link.request(
        "POST", "/admin/transfers/importrun/new/", iter([body[:1000], body[1000:]]), headers
    )
    return link.getresponse()


def test_a_file_that_is_larger_than_what_is_received_ahead_arrives_whole(site: Site) -> None:
    call_command("load_reference", verbosity=0)
    client = sudo_client(SuperuserFactory())
    name = settings.SESSION_COOKIE_NAME
    content = b"Name,Slug\n" + b"".join(b"Quay %07d,quay-%07d\n" % (n, n) for n in range(200_000))

    answer = upload(site, content, f"{name}={client.cookies[name].value}")

    assert answer.status == 302, answer.read()[-2000:]
    assert urlsplit(answer.headers["Location"]).path.startswith("/admin/transfers/importrun/")
    run = ImportRun.objects.get()
    assert run.upload.size == len(content) > 5_000_000


def test_a_stranger_s_large_file_is_refused_unread(site: Site) -> None:
    answer = upload(site, b"x" * 5_000_000, f"{settings.SESSION_COOKIE_NAME}=invented")

    assert answer.status == 413
    assert not ImportRun.objects.exists()


def test_slow_uploads_of_colleagues_stop_nobody(site: Site) -> None:
    call_command("load_reference", verbosity=0)
    client = sudo_client(SuperuserFactory())
    name = settings.SESSION_COOKIE_NAME
    head = site.head(
        "POST /admin/transfers/importrun/new/ HTTP/1.1",
        f"Cookie: {name}={client.cookies[name].value}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        f"X-CSRFToken: {TOKEN}",
        f"Content-Type: multipart/form-data; boundary={MARK}",
        "Content-Length: 5000000",
    )
    part = f'--{MARK}\r\nContent-Disposition: form-data; name="file"; filename="roster.csv"\r\n\r\n'

    slow = [site.connect(head + part.encode()) for _ in range(60)]
    try:
        for _ in range(3):
            for each in slow:
                each.sendall(b"Name,Slug\n")
            # `get` waits for less than a stalled upload is waited for.
            assert b"Sign in" in site.get()
    finally:
        for each in slow:
            each.close()
    assert b"Sign in" in site.get()
