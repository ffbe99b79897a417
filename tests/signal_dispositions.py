"""The way a program starts that is to hear signals, whatever our own caller ignores.

An ignored signal stays ignored in every program that is started: `nohup` ignores SIGHUP, and a shell that is not
a terminal's ignores SIGINT for what it runs in the background.
"""

import signal


def hearing() -> None:
    """For `preexec_fn`: let the program begin with the system's own dispositions, and no signal blocked."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
