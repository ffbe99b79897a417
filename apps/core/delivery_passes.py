"""Sends the e-mails that are due, many over one connection to the mail server.

A pass ends early when the server is away, or leaves several e-mails in a row without an answer:
what is still waiting then goes with the next pass, and does not become uncertain too. It also ends
after some time, so that other e-mails of the same worker get their turn.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.mail import EmailMessage, get_connection

from apps.core.deliveries import Delivery
from apps.core.smtp import ServerAwayError

logger = logging.getLogger(__name__)

MOST_IN_A_PASS = 500
SECONDS_OF_A_PASS = 30.0
_MOST_UNCERTAIN_IN_A_ROW = 3


@dataclass
class Pass:
    """What a pass did: how many e-mails ended in which state, and whether it stopped before the last."""

    states: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False
    # Why the mail server is not asked any more.
    away: str = ""

    @property
    def sent(self) -> int:
        return self.states[Delivery.State.SENT]

    @property
    def failed(self) -> int:
        return sum(self.states[state] for state in Delivery.TROUBLED)


def deliveries_send[Row: Delivery](
    model: type[Row],
    build: Callable[[Row], EmailMessage | None],
    *,
    sent: Callable[[Row], object] = lambda row: None,
    **which: Any,
) -> Pass:
    """Send the due e-mails of `model`, oldest first. The caller holds no transaction.

    `build` and the rest are as for `Delivery.deliver`; `sent` is called after an e-mail was sent.
    """
    done, until, in_a_row = Pass(), time.monotonic() + SECONDS_OF_A_PASS, 0
    server = get_connection()
    try:
        while (row := model.claim(**which)) is not None:
            state = row.deliver(partial(build, row), server)
            done.states[state] += 1
            if state == Delivery.State.SENT:
                sent(row)
            in_a_row = in_a_row + 1 if state == Delivery.State.UNCERTAIN else 0
            if in_a_row >= _MOST_UNCERTAIN_IN_A_ROW:
                done.away = "The mail server doesn't confirm what it receives."
                break
            if done.states.total() >= MOST_IN_A_PASS or time.monotonic() > until:
                done.is_cut = True
                break
    except ServerAwayError as error:
        done.away = str(error)
    finally:
        server.close()
    if done.away:
        logger.warning("No more e-mails for now: %s", done.away)
    return done
