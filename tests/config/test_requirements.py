"""What production runs is in `requirements.txt`: every module, every backend, and real processes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.private_files import reachable
from tests.config.serving import free_port, redis, served, started, until
from tests.config.slim import ROOT, make_environment, run

# One environment serves these tests, so they stay in one process.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("slim")]

IMPORT_ALL = """
import importlib, pkgutil, re, sys
import django
from importlib.util import find_spec

django.setup()
import apps, config
import config.urls  # The admin classes, in their order.
from django.conf import settings

problems = []

def attempt(name, action):
    try:
        action()
    except ImportError as error:
        problems.append(f"{name}: {error}")

def modules(package):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.startswith("config.settings."):
            yield found.name

names = [*modules(apps), *modules(config)]
for name in names:
    attempt(name, lambda: importlib.import_module(name))

def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in (*value, *value.values()):
            yield from texts(part)
    elif isinstance(value, (list, tuple, set)):
        for part in value:
            yield from texts(part)

def load(text):
    try:
        importlib.import_module(text)
    except ModuleNotFoundError:
        place, _, name = text.replace(":", ".").rpartition(".")
        getattr(importlib.import_module(place), name, None)

dotted = {
    text
    for name in dir(settings)
    for text in texts(getattr(settings, name))
    if re.fullmatch(r"[a-z_]+([.:][A-Za-z_]\\w*)+", text) and find_spec(text.split(".")[0])
}
for text in sorted(dotted):
    attempt(text, lambda: load(text))

from django.contrib.auth.hashers import get_hashers
from django.core.cache import caches
from django.core.files.storage import storages
from django.core.mail import get_connection
from config.celery import app
from celery.concurrency import get_implementation

attempt("hashers", get_hashers)
attempt("caches", lambda: [caches[name]._cache for name in ("default",)])
attempt("storages", lambda: [storages[name] for name in settings.STORAGES])
attempt("mail", get_connection)
for url in (settings.CELERY_BROKER_URL, "files://localhost//"):
    attempt(url, lambda: app.connection_for_write(url).transport)
    attempt(url, lambda: app.connection_for_write(url).transport.channel_errors)
attempt("pool", lambda: get_implementation("prefork"))
attempt("beat", lambda: __import__("celery.bin.beat"))
attempt("worker", lambda: app.loader.import_default_modules())
print(len(names), len(dotted))
sys.exit("\\n".join(problems) or 0)
"""

WORK = """
import time
import django
django.setup()
from django.core.files.base import ContentFile
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from apps.accounts.models import User
from apps.organizations.models import Organization
from apps.schedules.models import TaskRun
from apps.schedules.services.runs import schedule_run_now
from apps.transfers.options import Matching
from apps.transfers.services import import_run_confirm, import_run_match, import_run_start

def until(run, state):
    while run.state != state:
        assert run.state not in ("failed", "canceled"), (run.state, run.error)
        time.sleep(0.1)
        run.refresh_from_db()

actor = User.objects.get(email="administrator@quarterdeck.example")
rows = "Name,Slug\\nSlim Harbor,slim-harbor\\nSlim Quay,slim-quay\\n"
run = import_run_start(
    dataset="organizations", file=ContentFile(rows.encode(), name="slim.csv"), actor=actor
)
until(run, "read")
import_run_match(run=run, matching=Matching.from_json(run.matching), actor=actor)
until(run, "planned")
import_run_confirm(run=run, plan_token=run.plan_token, reason="slim", actor=actor)
until(run, "applied")
print("imported", Organization.objects.filter(slug__startswith="slim-").count())

by_hand = PeriodicTask.objects.get(name="Expire requests")
schedule_run_now(schedule=by_hand, reason="slim", actor=actor)
often, _ = IntervalSchedule.objects.get_or_create(every=10, period="seconds")
due = PeriodicTask.objects.create(
    name="Often", task="apps.core.tasks.jobs_sweep", interval=often
)
for schedule in (by_hand, due):
    ended = TaskRun.objects.filter(schedule=schedule, ended_at__isnull=False)
    while not ended.exists():
        time.sleep(0.2)
    assert [run.state for run in ended if run.state != "succeeded"] == [], list(ended.values())
print("scheduled 2")
"""


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    """Not in pytest's own folder: each run of pytest that begins closes that to the user of PostgreSQL, whose
    programs are in here."""
    with tempfile.TemporaryDirectory(prefix="quarterdeck-") as made:
        yield make_environment(Path(made) / "venv")


def sample() -> dict[str, str]:
    """Return production's variables, from the list that is documented."""
    lines = (ROOT / "deploy/sample.env").read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {**found, "SECRET_KEY": "of-its-own-" * 6}


@pytest.mark.parametrize("settings", ["production", "local"])
def test_every_module_and_backend_comes_with_the_requirements(python: Path, settings: str) -> None:
    """Whatever `apps` and `config` import, at once or only when a message is sent."""
    variables = sample()
    if settings == "local":
        # With every variable of production the demo's settings are refused.
        del variables["SECRET_KEY"]

    done = run(
        python,
        "-W",
        "ignore",
        "-c",
        IMPORT_ALL,
        **variables,
        DJANGO_SETTINGS_MODULE=f"config.settings.{settings}",
    )

    assert (done.returncode, done.stderr) == (0, "")
    modules, backends = map(int, done.stdout.split())
    assert modules > 300
    assert backends > 50


def test_web_worker_and_beat_work_through_redis(python: Path, tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    with redis(tmp_path) as url:
        variables = {
            "VAR_DIR": str(tmp_path / "var"),
            "PORT": str(free_port()),
            "REDIS_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
        }
        with served(python, log, **variables):
            done = run(python, "-W", "ignore", "-c", WORK, **variables)

            assert done.returncode == 0, done.stderr + log.read_text()[-4000:]
            assert done.stdout.split() == ["imported", "2", "scheduled", "2"]
            output = log.read_text()
            assert "starting it again" not in output
            assert "Traceback" not in output
            # All of this ran with umask 000.
            assert reachable(Path(variables["VAR_DIR"])) == []


def test_it_does_not_say_ready_while_worker_and_beat_cannot_work(
    python: Path, tmp_path: Path
) -> None:
    """The web server alone answers: the broker that the others need is not there."""
    log = tmp_path / "serve.log"
    variables = {
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(free_port()),
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
    }
    with started(python, log, **variables) as process:
        until(lambda: "Not ready:" in log.read_text(), process, log)

        assert "schedules and beat are not up after" in log.read_text()
        assert "Quarterdeck is ready" not in log.read_text()
