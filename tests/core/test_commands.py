"""How every command of ours ends: a sentence, an exit code, JSON where it was asked for."""

import argparse
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from apps.core.commands import OperatorCommand
from config import env

# Django's own, with one more check, and in less time.
DJANGOS = {"check", "migrate"}
OURS = sorted(
    name
    for name, app in get_commands().items()
    if str(app).startswith("apps.") and name not in DJANGOS
)


def run(*arguments: str, var: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *arguments],
        cwd=env.ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            # Nobody listens there.
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "VAR_DIR": str(var),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_an_operators_and_explains_each_option(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert isinstance(command, OperatorCommand)
    own = argparse.ArgumentParser(add_help=False)
    command.add_arguments(own)  # type: ignore[arg-type]
    assert [action.dest for action in own._actions if not action.help] == []


@pytest.mark.faults
@pytest.mark.parametrize(
    "arguments",
    [
        ["import_file", "members", "x.csv", "--mode", "sideways", "--json"],
        ["cancel_import", "--json"],
        ["verify_audit", "--no-such-option", "--json"],
        ["trim_history", "--before", "soon", "--reason", "Old", "--json"],
    ],
)
def test_a_call_that_cannot_be_parsed_is_one_sentence_and_json(
    arguments: list[str], tmp_path: Path
) -> None:
    done = run(*arguments, var=tmp_path)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stdout)["error"] == done.stderr.strip()


@pytest.mark.faults
@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        # With the pool, as it is used.
        (["import_file", "members", __file__, "--json"], "config.settings.local"),
        (["undo_import", "1", "--json"], "config.settings.test"),
        (["verify_audit", "--json"], "config.settings.test"),
        (["run_report", "weekly", "-o", "out.csv", "--json"], "config.settings.test"),
    ],
)
def test_a_database_that_is_away_is_one_sentence_and_json(
    arguments: list[str], settings: str, tmp_path: Path
) -> None:
    done = run(*arguments, var=tmp_path, DJANGO_SETTINGS_MODULE=settings)

    assert done.returncode == 2
    assert done.stderr.startswith("The database does not answer: ")
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stdout.splitlines()[-1])["error"] in done.stderr


class Failing(OperatorCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("somewhere").error("It broke.", exc_info=ValueError("inside"))
        raise ZeroDivisionError("outside")


def test_an_unexpected_error_is_a_sentence_and_its_traceback_is_kept(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR = tmp_path
    with pytest.raises(SystemExit) as ended:
        Failing().execute(
            json=True, traceback=False, force_color=False, no_color=True, skip_checks=True
        )

    output = capsys.readouterr()
    assert ended.value.code == 2
    assert "Traceback" not in output.err
    assert "ZeroDivisionError" in json.loads(output.out)["error"]
    kept = (tmp_path / "log" / "commands.log").read_text()
    assert "ValueError: inside" in kept
    assert "ZeroDivisionError: outside" in kept
    assert kept.count("Traceback") == 1


def test_with_traceback_the_error_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        Failing().execute(
            json=False, traceback=True, force_color=False, no_color=True, skip_checks=True
        )
