"""Nothing that serves or works guesses its settings, and what is written is for our own user alone."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from config.private import keep_private, tighten
from tests.config.private_files import reachable
from tests.config.slim import run
from tests.config.test_environment import PRODUCTION

PYTHON = Path(sys.executable)
REFUSAL = "DJANGO_SETTINGS_MODULE is not set, and Quarterdeck does not guess its settings."
# What a careful operator sets, with nothing that says which settings are meant.
VARIABLES = {**PRODUCTION, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.faults
@pytest.mark.parametrize("preload", [[], ["--preload"]])
@pytest.mark.parametrize("application", ["config.wsgi", "config.asgi"])
@pytest.mark.parametrize("variables", [VARIABLES, {}], ids=["production", "nothing"])
def test_a_web_server_without_a_choice_ends_with_a_sentence(
    variables: dict[str, str], application: str, preload: list[str], tmp_path: Path
) -> None:
    bind = f"127.0.0.1:{free_port()}"
    done = run(
        PYTHON, "-m", "gunicorn", application, "--bind", bind, "--no-control-socket", *preload,
        **{"VAR_DIR": str(tmp_path / "var"), **variables},
    )  # fmt: skip

    assert done.returncode == 3
    assert REFUSAL in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.faults
@pytest.mark.parametrize("program", ["worker", "beat", "report"])
def test_a_worker_without_a_choice_ends_with_a_sentence(program: str, tmp_path: Path) -> None:
    done = run(PYTHON, "-m", "celery", "-A", "config", program, **VARIABLES)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(REFUSAL)
    assert done.stderr.count("\n") == 1


NO_SETTINGS = [
    "nope.settings",
    "config.settings.nope",
    "config/settings/production.py",
    ".production",
    " ",
    "config.settings",
    "config.settings.flags",
]


@pytest.mark.faults
@pytest.mark.parametrize("chosen", NO_SETTINGS)
@pytest.mark.parametrize(
    ("program", "code"),
    [
        ([], 2),
        (["worker"], 2),
        (["beat", "--pidfile="], 2),
        (["config.wsgi"], 3),
        (["config.asgi"], 3),
    ],
    ids=["manage.py", "worker", "beat", "wsgi", "asgi"],
)
def test_a_choice_that_is_no_settings_is_a_sentence(
    program: list[str], code: int, chosen: str, tmp_path: Path
) -> None:
    if not program:
        arguments = ["manage.py", "check"]
    elif code == 2:
        arguments = ["-m", "celery", "-A", "config", *program]
    else:
        arguments = ["-m", "gunicorn", *program, "--bind", f"127.0.0.1:{free_port()}"]
    done = run(
        PYTHON, *arguments,
        **{"VAR_DIR": str(tmp_path / "var"), **VARIABLES, "DJANGO_SETTINGS_MODULE": chosen},
    )  # fmt: skip

    assert done.returncode == code
    assert "and Quarterdeck does not guess its settings. Set it to" in done.stderr
    assert chosen.strip() in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "var").exists()


def test_the_option_of_a_command_comes_before_the_environment(tmp_path: Path) -> None:
    var, option = tmp_path / "var", "--settings=config.settings.nope"
    chosen = {**VARIABLES, "DJANGO_SETTINGS_MODULE": "config.settings.local"}

    done = command(var, "check", option, **chosen)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is “config.settings.nope”, a module that doesn't exist" in done.stderr

    production = [*ASK, "--settings", "config.settings.production"]
    assert command(var, *production, **chosen).stdout.strip() == "False"


def command(var: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(PYTHON, "-W", "ignore", "manage.py", *arguments, VAR_DIR=str(var), **variables)


def refuses(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode == 2 and done.stderr.startswith(REFUSAL) and not done.stdout


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `make setup` leaves it, with addresses of its own."""
    var = tmp_path_factory.mktemp("entry") / "var"
    note = (
        "from config.entry import LOCAL, choose_settings\n"
        "from deploy.standalone.prepared_note import write_note\n"
        "choose_settings(LOCAL)\n"
        "write_note(demo=False)\n"
    )
    done = run(PYTHON, "-c", note, VAR_DIR=str(var), REDIS_URL="redis://127.0.0.1:1/0")
    assert (done.returncode, done.stderr) == (0, "")
    return var


ASK = (
    "shell",
    "--no-imports",
    "-c",
    "from django.conf import settings; print(settings.DEMO_DATA_ALLOWED)",
)


def test_a_command_without_a_choice_is_refused(tmp_path: Path) -> None:
    assert refuses(command(tmp_path / "var", "check"))


@pytest.mark.faults
def test_a_command_takes_the_choice_that_its_folder_was_prepared_with(prepared: Path) -> None:
    away = {"DATABASE_URL": ""}
    assert command(prepared, "check", **away).returncode == 0
    assert command(prepared, "check", REDIS_URL="redis://127.0.0.1:1/0").returncode == 0


@pytest.mark.faults
@pytest.mark.parametrize("name", PRODUCTION)
def test_a_prepared_folder_counts_for_nothing_with_a_variable_of_production(
    prepared: Path, name: str
) -> None:
    assert refuses(command(prepared, "check", **{name: PRODUCTION[name]}))


@pytest.mark.faults
@pytest.mark.parametrize("settings", ["local", "test"])
def test_the_demo_is_refused_where_everything_of_production_is_set(
    settings: str, tmp_path: Path
) -> None:
    var, chosen = tmp_path / "var", f"config.settings.{settings}"
    for option in (["--settings", chosen], []):
        done = command(var, "check", *option, **VARIABLES, DJANGO_SETTINGS_MODULE=chosen)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"is {chosen}, which is never production" in done.stderr


def test_a_named_choice_counts(tmp_path: Path) -> None:
    var = tmp_path / "var"
    local = {**VARIABLES, "EMAIL_URL": "", "DJANGO_SETTINGS_MODULE": "config.settings.local"}
    production = {**VARIABLES, "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    assert command(var, *ASK, **local).stdout.strip() == "True"
    assert command(var, *ASK, **production).stdout.strip() == "False"
    option = [*ASK, "--settings", "config.settings.production"]
    assert command(var, *option, **VARIABLES).stdout.strip() == "False"
    joined = [*ASK, "--settings=config.settings.production"]
    assert command(var, *joined, **VARIABLES).stdout.strip() == "False"


def test_the_file_of_variables_may_hold_the_choice(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "import sys\n"
        "from config import entry, env\n"
        "env.Environment.model_config['env_file'] = Path(sys.argv[1])\n"
        "entry.choose_settings()\n"
        "import os; print(os.environ['DJANGO_SETTINGS_MODULE'])\n"
    )
    file = tmp_path / ".env"
    file.write_text("DJANGO_SETTINGS_MODULE=config.settings.production\n")
    assert run(PYTHON, "-c", code, str(file)).stdout.strip() == "config.settings.production"


@pytest.fixture(params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_folder_of_ours_is_closed_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "private").mkdir(parents=True)
    (var / "private" / "roster.csv").write_text("Ada")
    assert reachable(var)

    keep_private(var)
    tighten(var)
    (var / "made later").mkdir()
    (var / "made later" / "export.csv").write_text("Ada")

    assert reachable(var) == []


def test_what_is_uploaded_is_private_whatever_the_umask(umask: int) -> None:
    for storage in (default_storage, storages["private"]):
        name = storage.save("one/two/roster.csv", ContentFile(b"Ada"))
        path = Path(storage.path(name))
        try:
            assert path.stat().st_mode & 0o777 == 0o600
            for folder in (path.parent, path.parent.parent):
                assert folder.stat().st_mode & 0o777 == 0o700
        finally:
            storage.delete(name)


def test_a_folder_that_everybody_shares_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)

    done = command(shared, "check", DJANGO_SETTINGS_MODULE="config.settings.local")

    assert done.returncode == 1
    assert f"VAR_DIR={shared} is shared by the users of this machine" in done.stderr
    assert shared.stat().st_mode & 0o7777 == 0o1777
