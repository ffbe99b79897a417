"""No address, cookie or form breaks a page: what no column can hold is refused, what is nonsense not found."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.accounts.models import User
from apps.audit.admin.log_form import LogForm
from apps.audit.admin.timeline import TimelineForm
from apps.reports.registry import all_reports
from tests.factories.accounts import SuperuserFactory, prove_factor
from tests.structure.access.addresses import Records, address
from tests.structure.access.entries import ACTION, entries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("drawing")]
ENTRIES = {name: entry for name, entry in entries().items() if ACTION not in name}
# Keys of this kind of argument are text; numbers and such do not match the address at all.
WITH_TEXT = sorted(name for name, entry in ENTRIES.items() if entry.converters)
NUL = "%00"
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
NONSENSE = [
    NUL,
    f"a{NUL}b",
    "9" * 40,
    "-1",
    "%F0%9F%98%80",
    "%ED%A0%80",
    "x" * 3000,
    "..%2f",
    "%25",
]


@pytest.fixture
def visitor() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(SuperuserFactory())
    return prove_factor(client)


@pytest.mark.parametrize("name", WITH_TEXT)
def test_nonsense_in_a_path_is_no_server_error(name: str, visitor: Client) -> None:
    entry = ENTRIES[name]
    route = entry.route.replace("^", "").replace("$", "")

    for argument in entry.converters:
        for value in NONSENSE:
            path = "/" + filled(route, argument, value)
            answer = visitor.get(path)
            assert answer.status_code < 500, path
            if NUL in value:
                assert answer.status_code in (400, 404), path


def filled(route: str, argument: str, value: str) -> str:
    """Put a value in the place of one argument, and something ordinary in those of the others."""
    return _ARGUMENT.sub(lambda found: value if found[1] == argument else "1", route)


@pytest.mark.parametrize(
    "value", ["[", "9" * 40, "x" * 3000, "9999-12-31", "²", "before:x kind:[", "http://["]
)
def test_nonsense_in_a_query_is_no_server_error(value: str, visitor: Client) -> None:
    """Every parameter that some page reads, to every page; lists are tried in test_list_addresses.py."""
    query = dict.fromkeys(parameters(), value)
    records = Records()
    wrong = []

    for name, entry in ENTRIES.items():
        if name.endswith("_changelist") and name != "audit_changeset_changelist":
            continue
        answer = visitor.get(address(entry, records).partition("?")[0], query)
        if answer.status_code >= 500:
            wrong.append(name)
        if answer.status_code != 400:
            # A page may end the session or the sudo of who opens it; one that is refused does nothing.
            visitor.force_login(User.objects.get(pk=visitor.session["_auth_user_id"]))

    assert not wrong


def parameters() -> set[str]:
    """Return the names that our own code takes from an address, and those of its forms and reports."""
    names = {"page", "term", "next", "_popup", "_changelist_filters"}
    for file in (Path(__file__).parents[2] / "apps").rglob("*.py"):
        names |= set(
            re.findall(r'GET(?:\.get(?:list)?\(|\[)\s*"([\w-]+)"', file.read_text("utf-8"))
        )
    names |= {*LogForm.base_fields, *TimelineForm.base_fields}
    names |= {param.name for report in all_reports() for param in report.params}
    return names


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_a_character_that_no_column_holds_is_refused_everywhere(name: str, visitor: Client) -> None:
    url = address(ENTRIES[name], Records())
    separator = "&" if "?" in url else "?"

    assert visitor.get(f"{url}{separator}q={NUL}").status_code == 400
    posted = visitor.post(url, {"q": "a\x00b", "next": "\x00"})
    assert posted.status_code in (400, 404, 405)


@pytest.mark.parametrize("name", [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "other"])
def test_a_cookie_with_such_a_character_is_no_cookie(name: str) -> None:
    client = Client(raise_request_exception=False)

    # A quoted value says a character by its number.
    answer = client.get("/account/login/", headers={"cookie": f'{name}="\\000"'})

    assert answer.status_code == 200


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "raw_unicode_escape", "punycode", "x"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_request_in_another_encoding_is_refused(charset: str, method: str) -> None:
    client = Client(raise_request_exception=False)
    kind = f"multipart/form-data; boundary=x; charset={charset}"

    answer: Any = getattr(client, method)(
        "/account/login/?next=%2Fadmin%2F", headers={"content-type": kind}
    )

    assert answer.status_code in (200, 400)
    assert not User.objects.exists()
