"""For a program beside the running product: mails a report to many people, and says what became of the mails.
See `test_mailing_outages.py`."""

import time
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from apps.accounts.models import User
from apps.reports.models import ReportDelivery, ReportMailing
from tests.factories.accounts import StaffFactory
from tests.reports.mailing_processes import readers

DEADLINE = 240


def patiently[T](ask: Callable[[], T]) -> T:
    """Ask again where the database was away."""
    until = time.monotonic() + DEADLINE
    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def begun(people: int) -> dict[str, Any]:
    """Start a mailing; return its key and the addresses."""
    # Each process counts from zero.
    StaffFactory.reset_sequence(User.objects.count() + 1000, force=True)
    addresses, mailing = readers(people)
    return {"mailing": mailing.pk, "people": addresses}


def ended(key: int) -> dict[str, Any]:
    """Wait for the end of a mailing; return its state, and the addresses by state of their mail."""
    until = time.monotonic() + DEADLINE
    mailing = patiently(lambda: ReportMailing.objects.get(pk=key))
    while mailing.state in ReportMailing.OPEN:
        if time.monotonic() > until:
            break
        time.sleep(0.2)
        mailing = patiently(lambda: ReportMailing.objects.get(pk=key))
    mails = patiently(
        lambda: list(
            ReportDelivery.objects.filter(mailing=key).values_list("state", "email", "error")
        )
    )
    return {"mailing": [mailing.state, mailing.reason, mailing.error], "mails": mails}
