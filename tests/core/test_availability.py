"""Outside of a request a database that is being started again is waited for; inside of one it is not."""

import threading
from typing import Any

import pytest
from django.db import connection
from psycopg import OperationalError, sql

from apps.audit.postgresql.connection import Connection
from apps.core import availability

pytestmark = pytest.mark.django_db(transaction=True)


def parameters() -> dict[str, Any]:
    settings = connection.settings_dict
    return {"user": settings["USER"], "host": settings["HOST"], "dbname": "made_soon"}


def make_soon() -> threading.Timer:
    """Make the database that is asked for a moment later, on a connection of another thread."""

    def make() -> None:
        settings = {**parameters(), "dbname": connection.settings_dict["NAME"], "autocommit": True}
        with Connection.connect(**settings) as other:
            other.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier("made_soon")))

    timer = threading.Timer(1, make)
    timer.start()
    return timer


def test_a_job_waits_and_a_request_does_not(settings: Any) -> None:
    settings.DATABASE_PATIENCE_SECONDS = 60
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS made_soon")
    with availability.limited() as limits:
        with pytest.raises(OperationalError, match="made_soon"):
            Connection.connect(**parameters())
        assert limits.is_gone

    timer = make_soon()
    try:
        Connection.connect(**parameters()).close()
    finally:
        timer.join()
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE made_soon")
