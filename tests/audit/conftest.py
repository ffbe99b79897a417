"""A hand on the database that no trigger and no permission holds back."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection


@pytest.fixture
def as_superuser() -> Callable[..., None]:
    """Run statements as the server's superuser, with every trigger asleep, and commit them."""

    def run(*statements: str) -> None:
        settings = connection.settings_dict
        with psycopg.connect(
            host=settings["HOST"], user="postgres", dbname=settings["NAME"]
        ) as hand:
            hand.execute("SET session_replication_role = replica")
            for statement in statements:
                hand.execute(statement)  # type: ignore[arg-type]

    return run
