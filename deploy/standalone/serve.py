"""`make run`: web, workers and beat side by side, until Ctrl-C. Run as `python -m deploy.standalone.serve`.

This process imports no Django: it starts the database, lets `deploy.standalone.prepare` do the set-up where
something has changed, and hands the programs to honcho.
"""

import multiprocessing
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

from honcho.printer import Printer

from config import env, private
from config.entry import LOCAL, choose_settings
from config.queues import QUEUES
from deploy.standalone.announcement import Announcement, address_of
from deploy.standalone.database_watch import DatabaseWatch
from deploy.standalone.postgresql import ensure_running
from deploy.standalone.postgresql.locks import Lock
from deploy.standalone.prepare import prepared
from deploy.standalone.prepared_note import read_note, write_note
from deploy.standalone.processes import LastingManager, Output

# Processes of the workers where one is not enough: a person waits, or a long task would hold up the short ones.
CONCURRENCY = {"interactive": 2, "schedules": 2}


def commands(environment: env.Environment) -> dict[str, str]:
    """Return the command line of each process."""
    python = shlex.quote(sys.executable)
    address = f"{environment.web_host}:{environment.port}"
    celery = f"{python} -m celery -q -A config"
    if environment.debug:
        web = f"{python} manage.py runserver --nostatic {address}"
    else:
        web = f"{python} -m gunicorn -c deploy/gunicorn.py config.wsgi"
    return {
        "web": web,
        **{queue: f"{celery} worker {worker_options(queue)}" for queue in QUEUES},
        "beat": f"{celery} beat --loglevel WARNING --pidfile=",
    }


def worker_options(queue: str) -> str:
    """Return the options of the worker of one queue; what the left-out parts do is for workers that watch each other."""
    return (
        f"-n {queue}@%h -Q {queue} --concurrency {CONCURRENCY.get(queue, 1)} --loglevel WARNING "
        "--without-gossip --without-mingle --without-heartbeat"
    )


def claim(environment: env.Environment) -> Lock:
    """Claim `VAR_DIR` for this run, or say in one sentence who has it."""
    folder = environment.var_path / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = Lock(folder / "serve.lock", exclusive=True)
        if lock.acquire(wait=False):
            lock.path.write_text(address_of(environment))
            return lock
    except OSError as error:
        sys.exit(
            f"{environment.var_path} cannot be written to ({error.strerror}): "
            "set VAR_DIR to a folder of your own."
        )
    sys.exit(
        f"Quarterdeck already runs from {environment.var_path}, on {lock.path.read_text()}: "
        "stop it, or run a second one with VAR_DIR=… and PORT=… of its own."
    )


def refuse_used_port(environment: env.Environment) -> None:
    family = socket.AF_INET6 if ":" in environment.web_host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.web_host, environment.port))
        except OSError as error:
            sys.exit(
                f"Port {environment.port} on {environment.web_host} cannot be used "
                f"({(error.strerror or str(error)).lower()}): run it on another one, "
                f"for example `make run PORT={environment.port + 1}`."
            )


def start_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()


def main() -> int:
    multiprocessing.set_start_method("fork")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP.
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    choose_settings(LOCAL)
    environment = env.read()
    os.chdir(env.ROOT)
    private.keep_private(environment.var_path)
    lock = claim(environment)
    refuse_used_port(environment)
    ensure_running()
    if prepared() is not None:
        private.tighten(environment.var_path)
        write_note(**read_note())
    else:
        # A session of its own: on Ctrl-C it is us who end it, and it does not complain.
        done = subprocess.run(
            [sys.executable, "-m", "deploy.standalone.prepare", "--demo"],
            check=False,
            start_new_session=True,
        )
        if done.returncode != 0:
            return done.returncode

    out = Output(sys.stdout)
    manager = LastingManager(Printer(out))
    surroundings = {**env.surroundings(), "PYTHONUNBUFFERED": "1"}
    for name, command in commands(environment).items():
        manager.add_process(name, command, env=surroundings, cwd=str(Path.cwd()))
    tellers = [threading.Thread(target=Announcement(environment, out, manager).run, daemon=True)]
    if not environment.database_url:
        watch = DatabaseWatch(environment.var_path, partial(manager.say, "database"))
        stopping = partial(getattr, manager, "is_stopping")
        tellers.append(threading.Thread(target=watch.run, args=(stopping,), daemon=True))
    manager.when_started = partial(start_all, tellers)
    manager.loop()
    lock.release()
    return 0 if manager.was_asked_to_stop else manager.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
