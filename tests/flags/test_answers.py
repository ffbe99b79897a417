"""How often a flag was asked, and what it answered: counted in memory, and shown on its page."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import waffle
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.flags.answers import KEPT, Writing, answers_about
from apps.flags.evaluation import counts
from apps.flags.evaluation.private_connection import private_connection
from apps.flags.evaluation.verdicts import verdicts
from apps.flags.models import Flag
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _anew() -> None:
    counts.take()


def ask(name: str, times: int) -> None:
    request = RequestFactory().get("/")
    request.user = UserFactory()
    for _ in range(times):
        waffle.flag_is_active(request, name)


def write(process: str = "web") -> None:
    """Write with the test's own connection, which sees what it is about to roll back."""
    connection.ensure_connection()
    plain: Any = connection.connection
    with plain.cursor() as cursor:
        Writing(process).write(cursor)


def test_answers_are_counted_by_kind_and_name() -> None:
    on, switch, sample = FlagFactory(everyone=True), SwitchFactory(), SampleFactory(percent=0)
    ask(on.name, 3)
    ask("nothing", 2)
    waffle.switch_is_active(switch.name)
    waffle.sample_is_active(sample.name)

    assert counts.take() == {
        ("flag", on.name, True): 3,
        ("flag", "nothing", False): 2,
        ("switch", switch.name, bool(switch.active)): 1,
        ("sample", sample.name, False): 1,
    }
    assert counts.take() == {}


def test_many_verdicts_at_once_count_as_many() -> None:
    some = FlagFactory(everyone=None)
    people = [UserFactory() for _ in range(5)]
    some.users.set(people[:2])
    verdicts([some.name], people)

    assert counts.take() == {("flag", some.name, True): 2, ("flag", some.name, False): 3}


def test_no_answer_of_several_threads_is_lost() -> None:
    def often() -> None:
        for _ in range(2_000):
            counts.count("flag", "probe", True)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(often) for _ in range(4)]:
            done.result()

    assert counts.take() == {("flag", "probe", True): 8_000}


def test_what_several_processes_wrote_is_added_up() -> None:
    on = FlagFactory(everyone=True)
    for process, times in (("web", 2), ("web", 3), ("worker", 1)):
        ask(on.name, times)
        write(process)

    found = answers_about("flag", on.name)
    assert found.sentence == "Asked 6 times in the last 24 hours: 6 on, 0 off."
    assert [(hour.yes, hour.no) for hour in found.hours] == [(6, 0)]
    assert answers_about("switch", on.name).sentence == "Not asked in the last 24 hours."


def test_older_hours_are_forgotten_for_the_sum_and_deleted_in_the_end() -> None:
    on = FlagFactory(everyone=True)
    ask(on.name, 1)
    write()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE flags_answered SET hour = hour - %s, last_at = last_at - %s",
            [timedelta(days=40)] * 2,
        )
    found = answers_about("flag", on.name)
    assert found.sentence == "Not asked in the last 24 hours."
    assert found.last_by == "web"

    with connection.cursor() as cursor:
        cursor.execute("UPDATE flags_answered SET last_at = last_at - %s", [KEPT])
    write()
    assert answers_about("flag", on.name).last_at is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM flags_answered WHERE name = %s", [on.name])
        assert cursor.fetchone() == (0,)


def test_what_could_not_be_written_is_written_later() -> None:
    counts.count("flag", "probe", True, 7)
    with private_connection() as broken:
        broken.close()
        with pytest.raises(psycopg.Error):
            Writing("web").write(broken)

    assert counts.take() == Counter({("flag", "probe", True): 7})


def test_the_page_says_how_often_it_was_asked_and_by_hour(client: Client) -> None:
    client.force_login(SuperuserFactory())
    some = FlagFactory(everyone=None)
    page = reverse("admin:flags_flag_change", args=[some.pk])
    assert "Not asked in the last 24 hours." in client.get(page).text

    ask(some.name, 1_200)
    write("worker")

    shown = client.get(page).text
    assert "Asked 1,200 times in the last 24 hours: 0 on, 1,200 off." in shown
    assert "by a worker process." in shown
    assert "<td>0</td><td>1,200</td>" in shown


def test_the_page_says_where_the_code_asks(client: Client) -> None:
    client.force_login(SuperuserFactory())
    gate = Flag.objects.get(name="bulk-import")
    shown = client.get(reverse("admin:flags_flag_change", args=[gate.pk])).text
    found = re.findall(r"<code class='qd-place'>(apps/[\w/]+\.py):(\d+)</code>", shown)

    assert found
    for path, line in found:
        lines = Path(settings.BASE_DIR, path).read_text(encoding="utf-8").splitlines()
        assert "BULK_IMPORT" in lines[int(line) - 1]
    other = FlagFactory()
    shown = client.get(reverse("admin:flags_flag_change", args=[other.pk])).text
    assert "No code asks for it." in shown
