"""The admin is found when it is needed: by pages and by checks, and not by commands that carry data."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.checks import run_checks

from apps.core.admin.base import BaseAdmin
from apps.core.discovery import full_site
from config import env
from tests.bench._commands import database_url

HEAVY = (
    "config.urls",
    "import_export.admin",
    "apps.reports.services",
    "PIL",
    "requests",
    "fido2",
    "rapidfuzz",
    "openpyxl",
    "typst",
)


@pytest.mark.django_db(transaction=True)
def test_a_command_that_exports_loads_no_page(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(['manage.py', 'export_dataset', 'organizations',"
        " '--format', 'xlsx', '-o', sys.argv[1], '--json'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(tmp_path / "out.xlsx")],
        cwd=env.ROOT,
        env={
            "PATH": "",
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "DATABASE_URL": database_url(),
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "out.xlsx").exists(), done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_worker_that_answers_no_page_finds_what_a_list_shows() -> None:
    program = (
        "import django\n"
        "django.setup()\n"
        "import apps.accounts.admin\n"
        "from apps.core.discovery import full_site\n"
        "from allauth.account.models import EmailAddress\n"
        "print(EmailAddress in full_site()._registry)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=env.ROOT,
        env={"PATH": "", "DJANGO_SETTINGS_MODULE": "config.settings.local"},
        capture_output=True,
        text=True,
        check=False,
    )
    # And no stock page that shows secrets comes back.
    assert done.stdout.strip() == "False", done.stderr


def test_a_database_that_is_away_is_said_in_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "export_dataset", "members"],
        cwd=env.ROOT,
        env={
            "PATH": "",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("The database does not answer: ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_admin_is_found_by_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(BaseAdmin):
        list_display = ("no_such_column",)

    registry: dict[Any, Any] = {**full_site()._registry, Permission: Wrong(Permission, admin.site)}
    monkeypatch.setattr(admin.site, "_registry", registry)
    assert "no_such_column" in " ".join(each.msg for each in run_checks(tags=["admin"]))


def test_threads_that_ask_for_the_admin_at_once_find_all_of_it() -> None:
    """As the development server does when it starts anew: one checks, another loads the addresses."""
    program = (
        "import sys, threading, django\n"
        "django.setup()\n"
        "from apps.core.discovery import full_site\n"
        "sys.setswitchinterval(1e-5)\n"
        "together, found = threading.Barrier(6), []\n"
        "def ask():\n"
        "    together.wait()\n"
        "    found.append(len(full_site()._registry))\n"
        "threads = [threading.Thread(target=ask) for _ in range(6)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        "print(len(found), len(set(found)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=env.ROOT,
        env={
            "PATH": "",
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "DATABASE_URL": database_url(),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["6", "1"], "")
