"""The demo's mail page: links that can be clicked, on this machine alone, and nowhere in production."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import now

from apps.accounts.signin.links import password_link_mail
from apps.backoffice.demo import mailbox
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

LONG = "http://testserver/account/password/reset/key/" + "k" * 120 + "/"


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Path:
    settings.ROOT_URLCONF = "config.demo_urls"
    settings.EMAIL_BACKEND = "apps.backoffice.demo.mailbox.EmailBackend"
    settings.DEMO_MAIL_DIR = tmp_path / "mail"
    return tmp_path / "mail"


def test_a_person_sets_a_new_password_by_the_mail_that_the_page_shows(
    demo: Path, client: Client
) -> None:
    user = UserFactory()
    password_link_mail(user).send()

    listed = client.get("/demo/mail/").content.decode()
    address = re.search(r'href="(/demo/mail/[^"]+)"', listed)
    assert address is not None
    assert user.email in listed
    page = client.get(address[1]).content.decode()
    links = [
        html.unescape(link) for link in re.findall(r'href="(http[^"]+/reset/key/[^"]+)"', page)
    ]

    assert links
    answer = client.get(links[0].partition("//")[2].partition("/")[2].join(["/", ""]), follow=True)
    assert answer.status_code == 200
    assert 'type="password"' in answer.content.decode()


def test_each_mail_is_one_line_with_an_address(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send_mail("Ünvitation", f"Follow {LONG} to accept.", None, ["ada@example.org"])

    output = capsys.readouterr().err.strip()
    assert output.count("\n") == 0
    assert output.startswith("Mail to ada@example.org: “Ünvitation” http")
    assert output.endswith(reverse("demo_mail", args=[mailbox.newest()[0].key]))


def test_a_long_link_stays_whole_and_the_mail_is_private(demo: Path, client: Client) -> None:
    send_mail("Link", f"Follow {LONG} to accept.", None, ["ada@example.org"])

    mail = mailbox.newest()[0]
    page = client.get(reverse("demo_mail", args=[mail.key])).content.decode()

    assert f'href="{LONG}"' in page
    assert demo.stat().st_mode & 0o777 == 0o700
    assert (demo / f"{mail.key}.eml").stat().st_mode & 0o777 == 0o600
    assert mail.at <= now()


def test_html_is_shown_in_a_frame_that_can_do_nothing(demo: Path, client: Client) -> None:
    mail = EmailMultiAlternatives("<b>Hi</b>", "Plain", None, ["ada@example.org"])
    mail.attach_alternative("<p>Hello</p><script>alert(1)</script>", "text/html")
    mail.send()

    key = mailbox.newest()[0].key
    page = client.get(reverse("demo_mail", args=[key])).content.decode()
    frame = client.get(reverse("demo_mail_html", args=[key]))

    assert "&lt;b&gt;Hi&lt;/b&gt;" in page
    assert "alert(1)" not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize(
    "where",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "::ffff:192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_other_machines_find_nothing(demo: Path, client: Client, where: dict[str, str]) -> None:
    send_mail("Secret", "Text", None, ["ada@example.org"])
    key = mailbox.newest()[0].key

    for name, args in (("demo_mails", []), ("demo_mail", [key]), ("demo_mail_html", [key])):
        answer = client.get(reverse(name, args=args), **where)  # type: ignore[arg-type]
        assert answer.status_code == 404
        assert "Secret" not in answer.content.decode()
    assert client.get(reverse("demo_mails"), REMOTE_ADDR="::1").status_code == 200


def test_outside_of_the_demo_there_is_no_such_page(client: Client) -> None:
    assert client.get("/demo/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo_mails")
