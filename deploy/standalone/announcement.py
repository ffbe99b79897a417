"""Announces that `make run` is ready, its address, and the sign-ins, once all processes are up."""

import time
import urllib.error
import urllib.request

from config import env
from config.entry import LOCAL
from config.queues import QUEUES
from deploy.standalone import readiness
from deploy.standalone.prepared_note import read_note
from deploy.standalone.processes import LastingManager, Output

# A slower process is reported, and still waited for.
PATIENCE_SECONDS = 60


def address_of(environment: env.Environment) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
    host = shown.get(environment.web_host, environment.web_host)
    return f"http://{host}:{environment.port}"


class Announcement:
    """Asks each process until it answers: the web server its page, worker and beat their mark."""

    def __init__(self, environment: env.Environment, out: Output, manager: LastingManager) -> None:
        self.environment = environment
        self.out = out
        self.manager = manager
        self.answered = 0

    def run(self) -> None:
        begun = time.monotonic()
        told = False
        while not self.manager.is_stopping:
            missing = self.missing()
            if not missing:
                self.say(self.sentences())
                return
            if not told and time.monotonic() - begun > PATIENCE_SECONDS:
                told = True
                self.say([self.complaint(missing)])
            time.sleep(0.05)

    def missing(self) -> list[str]:
        """Return the processes that are not up yet."""
        names = [
            name for name in (*QUEUES, "beat") if not readiness.is_up(name, self.manager.pid(name))
        ]
        return names if self.page_answers() else ["web", *names]

    def page_answers(self) -> bool:
        page = f"{address_of(self.environment)}/account/login/"
        try:
            urllib.request.urlopen(page, timeout=10).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            self.answered = error.code
            return False
        except OSError:
            self.answered = 0
            return False
        return True

    def complaint(self, missing: list[str]) -> str:
        page = f" The sign-in page answers {self.answered}." if self.answered else ""
        verb, whose = ("is", "its") if len(missing) == 1 else ("are", "their")
        return (
            f"Not ready: {' and '.join(missing)} {verb} not up after {PATIENCE_SECONDS} seconds."
            f"{page} See {whose} lines above."
        )

    def sentences(self) -> list[str]:
        sign_ins = read_note().get("sign_ins", [])
        width = max((len(sign_in["role"]) for sign_in in sign_ins), default=0)
        return [
            f"Quarterdeck is ready: {address_of(self.environment)}",
            "",
            *(
                f"  {sign_in['role']:<{width}}  {sign_in['email']}  password {sign_in['password']}"
                for sign_in in sign_ins
            ),
            "",
            *self.mail(),
            f"Everything is stored in {self.environment.var_path}. Ctrl-C stops it.",
            "",
        ]

    def mail(self) -> list[str]:
        if self.environment.email_url or self.environment.django_settings_module != LOCAL:
            return []
        return [f"Demo e-mail: {address_of(self.environment)}/demo/mail/"]

    def say(self, sentences: list[str]) -> None:
        self.out.write("\n" + "\n".join(sentences) + "\n")
        self.out.flush()
