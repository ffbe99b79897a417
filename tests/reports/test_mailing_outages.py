"""The broker or the database goes away in the middle of a mailing: it goes on within a minute of their return,
nobody is mailed twice, and nobody is forgotten. The whole product as `make run` starts it, on Redis.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config import env
from tests.config.serving import free_port, served
from tests.config.slim import plain_environment
from tests.core.test_sending import Redis
from tests.mail_server import Server, running_server

pytestmark = [pytest.mark.slow]

PEOPLE = 150
PROGRAM = """
import json, sys
import django
django.setup()
from tests.reports import outages
print(json.dumps(getattr(outages, sys.argv[1])(int(sys.argv[2]))))
"""
GOES_ON_SECONDS = 60
AWAY_SECONDS = 12


@dataclass
class Product:
    mails: Server
    redis: Redis
    variables: dict[str, str]

    def do(self, name: str, number: int) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, name, str(number)],
            cwd=env.ROOT,
            env=plain_environment(**self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        output: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return output


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("outages")
    redis = Redis(folder)
    with running_server() as mails:
        variables = {
            "VAR_DIR": str(folder / "var"),
            "PORT": str(free_port()),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "REDIS_URL": redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mails.port}",
        }
        try:
            with served(Path(sys.executable), folder / "serve.log", **variables):
                yield Product(mails, redis, variables)
        finally:
            redis.stop()


def the_broker(product: Product) -> None:
    product.redis.stop()
    time.sleep(AWAY_SECONDS)
    product.redis.start()


def a_silent_broker(product: Product) -> None:
    product.redis.silence()
    time.sleep(AWAY_SECONDS)
    product.redis.wake()


def _postmaster(product: Product) -> int:
    file = Path(product.variables["VAR_DIR"]) / "postgres" / "postmaster.pid"
    try:
        return int(file.read_text().split()[0])
    except (OSError, IndexError, ValueError):
        return 0


def _end_database(product: Product, how: int) -> None:
    """End the server and wait for the one that the product starts in its place."""
    before = _postmaster(product)
    os.kill(before, how)
    until = time.monotonic() + 120
    while _postmaster(product) in (0, before):
        assert time.monotonic() < until, "The database does not come back."
        time.sleep(0.05)


def the_database(product: Product) -> None:
    _end_database(product, signal.SIGKILL)


def a_restarted_database(product: Product) -> None:
    # PostgreSQL's "fast" shutdown: it ends every connection and stops in order.
    _end_database(product, signal.SIGINT)


OUTAGES: list[Callable[[Product], None]] = [
    the_broker,
    a_silent_broker,
    the_database,
    a_restarted_database,
]


def _taken(product: Product, people: list[str]) -> list[str]:
    mine = set(people)
    return [address for address in product.mails.taken if address in mine]


def _wait(fits: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < until, f"It did not happen in {seconds} s."
        time.sleep(0.1)


@pytest.mark.parametrize("goes_away", OUTAGES)
def test_a_mailing_outlives_what_it_stands_on(
    product: Product, goes_away: Callable[[Product], None]
) -> None:
    product.mails.pause = 0.1
    begun = product.do("begun", PEOPLE)
    people = begun["people"]
    _wait(lambda: len(_taken(product, people)) >= PEOPLE // 5, 120)
    goes_away(product)
    before = len(_taken(product, people))
    if before < PEOPLE:
        _wait(lambda: len(_taken(product, people)) > before, GOES_ON_SECONDS)
    product.mails.pause = 0.0

    ended = product.do("ended", begun["mailing"])

    assert ended["mailing"] == ["done", "", ""]
    taken = _taken(product, people)
    assert len(taken) == len(set(taken)), "nobody twice"
    states = {email: state for state, email, _ in ended["mails"]}
    assert set(states) == set(people), "nobody forgotten"
    assert set(states.values()) <= {"sent", "uncertain"}, ended["mails"]
    # Of the mail on its way when the database went, nobody may know what became of it.
    assert list(states.values()).count("uncertain") <= 1
    assert {email for email, state in states.items() if state == "sent"} <= set(taken)


@pytest.mark.parametrize("goes_away", [the_broker, the_database])
def test_a_mailing_that_begins_without_them_goes_out_within_a_minute_of_their_return(
    product: Product, goes_away: Callable[[Product], None]
) -> None:
    product.mails.pause = 0.0
    if goes_away is the_broker:
        product.redis.stop()
    begun = product.do("begun", PEOPLE)
    if goes_away is the_broker:
        time.sleep(AWAY_SECONDS)
        product.redis.start()
    else:
        goes_away(product)
    people = begun["people"]
    _wait(lambda: len(_taken(product, people)) > 0, GOES_ON_SECONDS)
    ended = product.do("ended", begun["mailing"])
    assert ended["mailing"] == ["done", "", ""]
    assert sorted(_taken(product, people)) == people
