"""The one module that reads the environment.

Every variable is a typed field of `Environment`; a value that does not fit is one clear sentence on
stderr and exit 2, never a traceback. `.env` beside `manage.py` is read first, the process's own
environment wins over it.
"""

import sys
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

DEFAULT_SECRET_KEY = "insecure-key-of-a-local-demo-never-of-production"  # noqa: S105


class Environment(BaseSettings):
    """What may be set from outside. The description of each field is its line in `.env.example`."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_file_encoding="utf-8", extra="forbid", env_ignore_empty=True
    )

    secret_key: str = Field(
        DEFAULT_SECRET_KEY, description="Signs sessions and tokens. Production needs its own."
    )
    debug: bool = Field(False, description="Django's debug pages. Refused in production.")
    allowed_hosts: str = Field(
        "localhost,127.0.0.1,[::1]", description="Host names that are answered, comma-separated."
    )
    site_url: str = Field(
        "", description="Address that links in mails start with. Default: http://127.0.0.1:$PORT."
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
        description="smtp://user:password@host:port or smtps://. Empty: mail goes to the console.",
    )
    default_from_email: str = Field(
        "Quarterdeck <no-reply@quarterdeck.example>", description="Sender of all mail."
    )
    environment_label: str = Field(
        "", description="Word shown beside the product's name in the admin, for example Staging."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Level of the log: DEBUG, INFO, WARNING or ERROR."
    )
    time_zone: str = Field("UTC", description="Zone of schedules and of displayed times.")

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must start with postgresql://, as no other database is supported")
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
        if value and not value.startswith(("smtp://", "smtps://")):
            raise ValueError("must start with smtp:// or smtps://")
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        from zoneinfo import available_timezones

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
        sentences = []
        for problem in error.errors():
            name = str(problem["loc"][0]).upper() if problem["loc"] else "The environment"
            if problem["type"] == "extra_forbidden":
                sentences.append(f"{name} in .env is not a variable of this project.")
            else:
                message = problem["msg"].removeprefix("Value error, ")
                sentences.append(f"{name}={problem['input']!r} cannot be used: {message}.")
        print(" ".join(sentences), file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
