"""The environment: what it may hold, and the sentence for what it may not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import env, env_example, mail

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "a-key-of-the-right-length-that-stands-in-no-file-but-in-this-test",
    "ALLOWED_HOSTS": "quarterdeck.example",
    "SITE_URL": "https://quarterdeck.example",
    "DATABASE_URL": "postgresql://quarterdeck:secret@database.example/quarterdeck",
    "REDIS_URL": "redis://redis.example:6379/0",
    "EMAIL_URL": "smtp://user:secret@mail.example:587",
}
SAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / "deploy/sample.env").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


def manage(
    *arguments: str, settings: str = "config.settings.local", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` with these variables alone, of those that the project knows."""
    known = {name.upper() for name in env.Environment.model_fields}
    plain = {
        name: value
        for name, value in os.environ.items()
        # The browser tests set one of Django's own, which no deployment may have.
        if name not in known and not name.startswith("DJANGO_")
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments, "--settings", settings],
        cwd=ROOT,
        env={**plain, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.faults
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "PORT='eighty' cannot be used: input should be a valid integer"),
        (
            "PORT",
            "70000",
            "PORT='70000' cannot be used: input should be less than or equal to 65535",
        ),
        ("DEBUG", "perhaps", "DEBUG='perhaps' cannot be used"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL='LOUD' cannot be used: input should be 'DEBUG'"),
        ("TIME_ZONE", "Mars/Base", "such as Europe/Berlin"),
        ("DATABASE_URL", "mysql://user:hunter2@host/db", "must start with postgresql://"),
        ("DATABASE_URL", "postgresql://host/db?nonsense=1", "is not an address of PostgreSQL"),
        ("REDIS_URL", "memcached://host", "must start with redis://"),
        ("EMAIL_URL", "http://mail", "must start with smtp:// or smtps://"),
        ("EMAIL_URL", "smtp://host:mail", "must name a port"),
        ("EMAIL_URL", "smtp://", "must name a host"),
        ("SITE_URL", "quarterdeck.example", "must be like https://host"),
        ("ALLOWED_HOSTS", "http://quarterdeck.example", "must be host names"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy", "must be addresses or networks"),
        ("REQUIRE_SECOND_FACTOR", "perhaps", "REQUIRE_SECOND_FACTOR='perhaps' cannot be used"),
        ("OIDC_ISSUER", "https://id.example", "needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"),
    ],
)
def test_a_malformed_value_is_one_sentence_without_secrets(
    name: str, value: str, says: str
) -> None:
    done = manage("check", **{name: value})
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr


def test_an_unknown_variable_in_the_file_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ".env"
    file.write_text("PROT=9000\n")
    monkeypatch.setitem(env.Environment.model_config, "env_file", file)
    with pytest.raises(SystemExit) as ended:
        env.read()
    assert ended.value.code == 2
    output = capsys.readouterr().err
    assert output == "PROT in .env is not a variable of this project. Did you mean PORT?\n"


def test_a_file_in_another_encoding_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ".env"
    file.write_bytes("ENVIRONMENT_LABEL=Köln\n".encode("utf-16"))
    monkeypatch.setitem(env.Environment.model_config, "env_file", file)
    with pytest.raises(SystemExit):
        env.read()
    assert capsys.readouterr().err == ".env cannot be read: it is not UTF-8.\n"


def test_the_example_lists_every_variable_with_its_default() -> None:
    assert (ROOT / ".env.example").read_text() == env_example.example()


def test_the_example_says_what_holds_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in env.Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    file = tmp_path / ".env"
    file.write_text(
        "\n".join(
            line.removeprefix("# ")
            for line in env_example.example().splitlines()
            if line.startswith("# ") and line[2:].split("=")[0].isupper()
        )
    )
    monkeypatch.setitem(env.Environment.model_config, "env_file", None)
    plain = env.read().model_dump()
    monkeypatch.setitem(env.Environment.model_config, "env_file", file)
    assert env.read().model_dump() == plain


def test_production_starts_with_a_whole_environment() -> None:
    done = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        settings="config.settings.production",
        **PRODUCTION,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_production_refuses_settings_that_are_a_part_of_others() -> None:
    done = manage("check", settings="config.settings.base", **PRODUCTION)
    assert done.returncode == 2
    assert "only a part of others" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.faults
@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_refuses_a_missing_variable(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    done = manage("check", settings="config.settings.production", **given)
    assert done.returncode == 2
    assert f"{missing} must be set in production." in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.faults
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DEBUG", "true", "DEBUG must be off"),
        ("SECRET_KEY", env.DEFAULT_SECRET_KEY, "SECRET_KEY must be a secret of its own"),
        ("SECRET_KEY", "short", "SECRET_KEY must be a secret of its own"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY must be a secret of its own"),
        ("SECRET_KEY", SAMPLE["SECRET_KEY"], "SECRET_KEY must be a secret of its own"),
        ("ALLOWED_HOSTS", ",", "ALLOWED_HOSTS must name a host"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, 0.0.0.0/0", "must name the proxies"),
        ("TRUSTED_PROXIES", "::/0", "must name the proxies"),
        ("SITE_URL", "http://quarterdeck.example", "SITE_URL must start with https://"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts"),
    ],
)
def test_production_refuses_what_is_fit_for_a_demo_alone(name: str, value: str, says: str) -> None:
    done = manage("check", settings="config.settings.production", **{**PRODUCTION, name: value})
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "host", "port", "ssl", "tls"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://mail.example:587", "mail.example", 587, False, True),
        ("smtps://mail.example", "mail.example", 465, True, False),
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, False, False),
    ],
)
def test_the_address_of_a_mail_server_says_how_to_speak_to_it(
    url: str, host: str, port: int, ssl: bool, tls: bool
) -> None:
    found = mail.settings_from(url)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (ssl, tls)


def test_a_password_with_signs_in_it_is_written_escaped() -> None:
    found = mail.settings_from("smtps://me%40here:p%3Aw%2F@mail.example")
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me@here", "p:w/")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("settings", "output", "required"),
    [
        ("config.settings.local", {}, "False"),
        ("config.settings.local", {"REQUIRE_SECOND_FACTOR": "true"}, "True"),
        ("config.settings.production", PRODUCTION, "True"),
        ("config.settings.production", {**PRODUCTION, "REQUIRE_SECOND_FACTOR": "false"}, "False"),
    ],
)
def test_production_wants_a_second_factor_and_the_demo_does_not(
    settings: str, output: dict[str, str], required: str
) -> None:
    asks = "from django.conf import settings; print(settings.REQUIRE_SECOND_FACTOR)"
    done = manage("shell", "--no-imports", "-c", asks, settings=settings, **output)
    assert done.stdout.strip() == required, done.stderr


def test_the_mail_page_of_the_demo_is_not_in_production() -> None:
    ask = (
        "from django.conf import settings\n"
        "from django.urls import get_resolver\n"
        "print(settings.ROOT_URLCONF, settings.EMAIL_BACKEND, 'demo_mails' in get_resolver().reverse_dict)"
    )
    shell = ("shell", "--no-imports", "-c", ask)

    production = manage(*shell, settings="config.settings.production", **PRODUCTION).stdout.split()
    demo = manage(*shell, DATABASE_URL=PRODUCTION["DATABASE_URL"]).stdout.split()

    assert production[0] == "config.urls"
    assert "demo" not in production[1]
    assert production[2] == "False"
    assert demo == ["config.demo_urls", "apps.backoffice.demo.mailbox.EmailBackend", "True"]


def test_every_cookie_of_production_is_for_its_host_alone() -> None:
    ask = (
        "from django.conf import settings\n"
        "from django.http import HttpResponse\n"
        "from apps.accounts.signin.known_browsers import remember_browser\n"
        "from django.test import RequestFactory\n"
        "response = HttpResponse()\n"
        "remember_browser(RequestFactory().get('/'), response, 'ada@example.org')\n"
        "(cookie,) = response.cookies.values()\n"
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, cookie.key)\n"
        "print(cookie['secure'], cookie['path'], cookie['domain'] == '')"
    )

    done = manage(
        "shell", "--no-imports", "-c", ask, settings="config.settings.production", **PRODUCTION
    )

    names, attributes = done.stdout.splitlines()
    assert all(name.startswith("__Host-") for name in names.split())
    assert attributes == "True / True"
