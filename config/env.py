"""The one module that reads the environment.

Every variable is a typed field of `Environment`; a value that does not fit is one clear sentence on
stderr and exit 2, never a traceback. `.env` beside `manage.py` is read first, the process's own
environment wins over it.
"""

import difflib
import fcntl
import os
import re
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from config import four_eyes, mail

ROOT = Path(__file__).resolve().parent.parent

DEFAULT_SECRET_KEY = "insecure-key-of-a-local-demo-never-of-production"  # noqa: S105
# How the key in deploy/sample.env begins: everybody can read it.
SAMPLE_SECRET_KEY = "a-sample-of-the-right-length"  # noqa: S105

# What production does not start without.
REQUIRED = ("secret_key", "allowed_hosts", "site_url", "database_url", "redis_url", "email_url")
# Values that are never repeated in a message.
SECRET = {
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "OIDC_CLIENT_SECRET",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
}


class Environment(BaseSettings):
    """What may be set from outside. The description of each field is its line in `.env.example`."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_file_encoding="utf-8", extra="forbid", env_ignore_empty=True
    )

    django_settings_module: str = Field(
        "",
        description="config.settings.production, or config.settings.local for a demo. Nothing starts "
        "without it but `make` and, where `make` prepared VAR_DIR, `manage.py`.",
    )
    secret_key: str = Field(
        DEFAULT_SECRET_KEY, description="Signs sessions and tokens. Production needs its own."
    )
    debug: bool = Field(False, description="Show Django's debug pages. Refused in production.")
    allowed_hosts: str = Field(
        "localhost,127.0.0.1,[::1]",
        description="Host names that the site answers to, comma-separated.",
    )
    site_url: str = Field(
        "", description="Address that links in e-mails start with. Default: http://127.0.0.1:$PORT."
    )
    port: int = Field(8000, ge=1, le=65535, description="Port that `make run` serves on.")
    web_host: str = Field("127.0.0.1", description="Address that `make run` listens on.")
    var_dir: Path = Field(
        Path("var"), description="Everything the project stores: database, files, logs, caches."
    )
    database_url: str = Field(
        "", description="postgresql://user:password@host/name. Empty: the embedded PostgreSQL."
    )
    redis_url: str = Field(
        "", description="redis://host:6379/0. Empty: broker in files, cache in the database."
    )
    email_url: str = Field(
        "",
        description="smtp://user:password@host:587 (TLS after the greeting), smtps:// (TLS from the "
        "start). Empty: the demo shows e-mails on a page.",
    )
    default_from_email: str = Field(
        "Quarterdeck <no-reply@quarterdeck.example>", description="Sender of all e-mail."
    )
    report_mail_domains: str = Field(
        "",
        description="Domains to which reports may be mailed besides the staff, comma-separated.",
    )
    environment_label: str = Field(
        "", description="Word shown beside the product's name in the admin, for example Staging."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Log level: DEBUG, INFO, WARNING, or ERROR."
    )
    impersonation_minutes: int = Field(
        30, ge=1, le=30, description="Minutes that staff can act as somebody else, 30 at most."
    )
    session_idle_minutes: int = Field(
        60, ge=5, description="Minutes of inactivity after which a person is signed out."
    )
    session_hours: int = Field(
        12, ge=1, le=24 * 14, description="Hours after which everyone has to sign in again."
    )
    require_second_factor: Literal["", "true", "false"] = Field(
        "",
        description="Whether staff needs a second factor. Default: true in production, false in the "
        "demo.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of the proxies in front, comma-separated. "
        "X-Forwarded-For is trusted only from these. Empty: the client is the connecting address.",
    )
    oidc_issuer: str = Field(
        "", description="https://id.example: sign in by OpenID Connect as well, with this provider."
    )
    oidc_client_id: str = Field("", description="Name of this installation at that provider.")
    oidc_client_secret: str = Field("", description="Its secret there.")
    oidc_name: str = Field("single sign-on", description="What the button calls the provider.")
    secret_key_fallbacks: str = Field(
        "",
        description="Earlier values of SECRET_KEY whose signatures and tokens are still valid, comma-separated.",
    )
    sudo_minutes: int = Field(
        15, ge=1, le=60, description="Minutes that sudo mode lasts after a confirmation."
    )
    time_zone: str = Field("UTC", description="Time zone of schedules and displayed times.")
    four_eyes: str = Field(
        "purge, roles, flags, import:50000, bulk:1000",
        description="What a second person must approve: deleting for good, roles that can give roles, "
        "protected flags, imports above a number of rows, bulk actions above a number of records. "
        "off: nothing. The demo has smaller numbers.",
    )
    four_eyes_hours: int = Field(
        24, ge=1, le=720, description="Hours after which an undecided request expires."
    )
    trash_days: int = Field(
        90,
        ge=0,
        le=3650,
        description="Days after which records in the trash are deleted for good. 0: never.",
    )
    trash_notice_days: int = Field(
        7,
        ge=1,
        le=365,
        description="Days before that, when the people who moved them there are told by e-mail.",
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must start with postgresql://, as no other database is supported")
        try:
            conninfo_to_dict(value)
        except ProgrammingError as error:
            raise ValueError(f"is not an address of PostgreSQL ({str(error).strip()})") from None
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("email_url")
    @classmethod
    def _is_smtp(cls, value: str) -> str:
        if value:
            mail.settings_from(value)
        return value

    @field_validator("site_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/\s]+", value):
            raise ValueError("must be like https://host, without a path or a slash at its end")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _is_hosts(cls, value: str) -> str:
        if "/" in value or " " in value.strip().replace(", ", ","):
            raise ValueError("must be host names separated by commas, without addresses' http://")
        return value

    @field_validator("four_eyes")
    @classmethod
    def _is_four_eyes(cls, value: str) -> str:
        four_eyes.parse(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _is_networks(cls, value: str) -> str:
        for part in value.split(","):
            try:
                network = ip_network(part.strip() or "::1", strict=False)
            except ValueError:
                raise ValueError(
                    "must be addresses or networks, as in 10.0.0.0/8, 192.0.2.7"
                ) from None
            if not network.prefixlen:
                raise ValueError(
                    "must name the proxies: otherwise every client could claim any address"
                )
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be a name of the zone database, such as Europe/Berlin")
        return value

    @property
    def var_path(self) -> Path:
        """`VAR_DIR` as an absolute path; a relative one is taken from the project's folder."""
        return self.var_dir if self.var_dir.is_absolute() else ROOT / self.var_dir


def read() -> Environment:
    """Return the environment, or say in one sentence what is wrong with it and exit 2."""
    try:
        return Environment()
    except ValidationError as error:
        sentences = [_sentence(problem) for problem in error.errors()]
    except UnicodeDecodeError:
        sentences = [".env cannot be read: it is not UTF-8."]
    except OSError as error:
        sentences = [f".env cannot be read: {error.strerror}."]
    print(" ".join(sentences), file=sys.stderr)  # noqa: T201
    raise SystemExit(2)


def _sentence(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0]).upper() if problem["loc"] else "The environment"
    if problem["type"] == "extra_forbidden":
        like = difflib.get_close_matches(
            name, [known.upper() for known in Environment.model_fields]
        )
        hint = f" Did you mean {like[0]}?" if like else ""
        return f"{name} in .env is not a variable of this project.{hint}"
    message = problem["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    # Some values contain passwords, so messages do not repeat them.
    shown = "" if name in SECRET else f"={problem['input']!r}"
    return f"{name}{shown} cannot be used: {message}."


def name_settings(module: str) -> None:
    """Name Django's settings for this process and the programs that it starts."""
    os.environ["DJANGO_SETTINGS_MODULE"] = module


def has_all_of_production() -> bool:
    """Tell whether every variable is set that production requires."""
    found = read()
    return all(getattr(found, name) for name in REQUIRED) and found.model_fields_set >= set(
        REQUIRED
    )


def surroundings() -> dict[str, str]:
    """Return the process's whole environment, to be handed on to a program."""
    return dict(os.environ)


def test_process() -> str:
    """Return a name for this pytest process that no other process of this folder has now.

    Its database and its folder are called so. The workers of a parallel run and the processes that tests
    start share the number of their run; a second run beside the first gets the next one.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    run = os.environ.get("QUARTERDECK_TEST_RUN") or _claim_test_run()
    return worker if run == "1" else f"{worker}_{run}"


def _claim_test_run() -> str:
    folder = read().var_path / "test"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 100):
        # The lock ends with the process, so the handle is never closed.
        handle = os.open(folder / f"run-{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            continue
        os.environ["QUARTERDECK_TEST_RUN"] = str(number)
        return str(number)
    raise RuntimeError("99 test runs are under way in this folder.")
