"""What no page can read is refused with the product's own page, wherever the reading fails."""

from django.conf import settings

from tests.web.conftest import Site

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
TOKEN = "d" * 32


def ask(site: Site, line: str, *more: str, body: bytes = b"") -> bytes:
    head = site.head(line, "Connection: close", f"Content-Length: {len(body)}", *more)
    with site.connect(head + body) as client:
        answer = b""
        while part := client.recv(65536):
            answer += part
    return answer


def post(site: Site, content_type: str, body: bytes) -> bytes:
    return ask(
        site,
        "POST /account/login/?next=%2Fadmin%2F HTTP/1.1",
        f"Content-Type: {content_type}",
        f"Cookie: {settings.CSRF_COOKIE_NAME}={TOKEN}",
        f"X-CSRFToken: {TOKEN}",
        body=body,
    )


def assert_refused(answer: bytes) -> None:
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:300]
    assert b"This request can&#x27;t be read" in answer
    assert b"content-security-policy" in answer.lower()


# The server is started once for all that is tried: that takes longer than the trying.
CONTENT_TYPES = [
    *(f"{FORM}; charset={name}" for name in ("rot13", "hex", "zlib", "idna", "undefined")),
    f"{FORM}; charset*=foo'en'a",
    f"{FORM}; boundary*=foo'en'a",
    f"{FORM}; x*0*=; x*1*=a; x*=b",
    f"{FORM}; a={'x' * 20_000}",
]
HEADS = [
    b"name*0*=; name*1*=a; name*=b",
    b'name="a"; filename*0*=; filename*1*=a; filename*=b',
    b"name=" + b"a" * 20_000,
]


def test_a_head_or_form_that_cannot_be_read_is_refused_with_a_page(site: Site) -> None:
    for content_type in CONTENT_TYPES:
        assert_refused(post(site, content_type, b"login=a&password=b"))
        assert_refused(ask(site, "GET /admin/?a=b HTTP/1.1", f"Content-Type: {content_type}"))
    for head in HEADS:
        part = b"--x\r\nContent-Disposition: form-data; " + head + b"\r\n\r\na\r\n--x--\r\n"
        assert_refused(post(site, PARTS, part))

    many = "&".join(f"a{number}=1" for number in range(5000))
    file = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\na\r\n'
    assert_refused(ask(site, f"GET /account/login/?{many} HTTP/1.1"))
    assert_refused(ask(site, f"GET /admin/accounts/user/?{many} HTTP/1.1"))
    assert_refused(post(site, FORM, many.encode()))
    assert_refused(post(site, PARTS, file * 200 + b"--x--\r\n"))

    assert ask(site, "GET http://[none/ HTTP/1.1").startswith(b"HTTP/1.1 400 ")
    found = ask(site, "GET /account/login/?next=http%3A%2F%2F%5B HTTP/1.1")
    assert found.startswith(b"HTTP/1.1 200 ")
