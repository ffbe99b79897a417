"""Mailings to many people, and processes of their own that prepare and send them."""

import os
import subprocess
import sys

from django.contrib.auth.models import Group
from django.db import connection

from apps.accounts.models import User
from apps.reports.models import ReportDelivery, ReportMailing, ReportRecipient
from apps.reports.services import mailing_prepare, mailing_start
from tests.factories.accounts import StaffFactory
from tests.factories.reports import ReportSubscriptionFactory
from tests.mail_server import Server
from tests.reports.conftest import reader_permissions

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
from apps.core.interruption import Interrupted, listening
from apps.reports.services import mailing_prepare, report_mails_resume
try:
    with listening():
        print("up", flush=True)
        if len(sys.argv) > 3:
            mailing_prepare(mailing_id=int(sys.argv[3]))
        while report_mails_resume()[0].is_cut:
            pass
except Interrupted:
    pass
"""


def readers(number: int) -> tuple[list[str], ReportMailing]:
    """Return the addresses of people on a list, and a mailing to them that is to be prepared."""
    # In bulk: one by one, five hundred people take longer than what is tested with them.
    people = StaffFactory.build_batch(number)
    User.objects.bulk_create(people)
    role, _ = Group.objects.get_or_create(name="Readers")
    role.permissions.set(reader_permissions())
    User.groups.through.objects.bulk_create(
        User.groups.through(user=person, group=role) for person in people
    )
    subscription = ReportSubscriptionFactory(owner=people[0])
    ReportRecipient.objects.bulk_create(
        ReportRecipient(subscription=subscription, user=person) for person in people
    )
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
