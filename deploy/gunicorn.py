"""Gunicorn's configuration, for `make run` and for production: `gunicorn -c deploy/gunicorn.py config.wsgi`."""

import os
import sys
from pathlib import Path

# Gunicorn imports the worker before it imports the application.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config import env

_environment = env.read()
_host = _environment.web_host

bind = f"[{_host}]:{_environment.port}" if ":" in _host else f"{_host}:{_environment.port}"
worker_class = "deploy.web.worker.BufferingWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Each has its own database connection.
threads = 8
preload_app = True
graceful_timeout = 3
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Watch for the scheduler and for changes of flags from the start, also if nobody opens a page."""
    # Only here is Django set up.
    from apps.flags.watch import flags_watch_start
    from apps.schedules.watch import watch_start

    watch_start()
    flags_watch_start("web")
