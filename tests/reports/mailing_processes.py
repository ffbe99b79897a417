"""Mailings to many people, and processes of their own that prepare and send them."""

import os
import subprocess
import sys

from django.db import connection

from apps.reports.models import ReportDelivery, ReportMailing
from apps.reports.services import mailing_prepare, mailing_start
from tests.factories.reports import ReportRecipientFactory, ReportSubscriptionFactory
from tests.mail_server import Server
from tests.reports.conftest import reader

# Works on the test's database, with the mail server of the test.
_PROGRAM = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(sys.argv[2]), 60
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from apps.reports.services import mailing_prepare, report_mails_resume
print("up", flush=True)
if len(sys.argv) > 3:
    mailing_prepare(mailing_id=int(sys.argv[3]))
report_mails_resume()
"""


def readers(number: int) -> tuple[list[str], ReportMailing]:
    """Return the addresses of people on a list, and a mailing to them that is to be prepared."""
    people = [reader() for _ in range(number)]
    subscription = ReportSubscriptionFactory(owner=people[0])
    for person in people:
        ReportRecipientFactory(subscription=subscription, user=person)
    return sorted(person.email for person in people), mailing_start(
        subscription=subscription, actor=None
    )


def waiting(number: int) -> list[str]:
    """Return the addresses of people whose mails wait."""
    addresses, mailing = readers(number)
    mailing_prepare(mailing_id=mailing.pk)
    assert ReportDelivery.objects.filter(state="waiting").count() == number
    return addresses


def worker(server: Server, mailing: ReportMailing | None = None) -> subprocess.Popen[str]:
    """Start a process that sends what waits, after preparing a mailing if one is given."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", "-c", _PROGRAM),
            *(str(connection.settings_dict["NAME"]), str(server.port)),
            *([str(mailing.pk)] if mailing else []),
        ],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "up"
    return process
