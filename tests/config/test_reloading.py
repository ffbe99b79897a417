"""`DEBUG=1 make run` works with the code as it is: what runs in the background is started again."""

import os
import subprocess
import sys
import time
from pathlib import Path

from config import env

PROGRAM = """
import sys, threading
sys.path.insert(0, sys.argv[1])
import watched_module
from deploy.standalone.reloading import end_on_change
end_on_change()
print("watching", flush=True)
threading.Event().wait(60)
"""


def test_a_process_ends_when_a_module_it_uses_changes(tmp_path: Path) -> None:
    module = tmp_path / "watched_module.py"
    module.write_text("VALUE = 1\n")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=env.ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "watching\n"
    later = time.time()
    # The reloader has to have seen the file once before it can tell that the file changed.
    while process.poll() is None and time.time() < later + 30:
        os.utime(module, (time.time() + 10, time.time() + 10))
        time.sleep(0.5)

    out, _ = process.communicate(timeout=10)
    assert str(module) in out
    assert process.returncode == -15
