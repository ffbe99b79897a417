"""What the web server gives to everybody holds no list of itself."""

import os
import subprocess
import sys
from pathlib import Path

from config import env

_COLLECT = """
from django.core.management import call_command
from django.contrib.staticfiles.storage import staticfiles_storage
call_command("collectstatic", interactive=False, verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
print(staticfiles_storage.url("unfold/css/styles.css"))
"""


def test_the_list_of_static_files_is_not_among_them(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    # As a release before this one left it.
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    variables = {
        **os.environ,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    }

    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{_COLLECT}"],
        cwd=env.ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert not list((tmp_path / "static").rglob("staticfiles.json*"))
    name = done.stdout.strip().removeprefix("/static/")
    assert name != "unfold/css/styles.css"
    assert (tmp_path / "static" / name).exists()
