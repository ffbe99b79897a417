"""What is stale, the one measure of it, and the weekly e-mails to those who answer for it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core.queued_mails import queued_mails_send
from apps.flags.models import Flag, Switch
from apps.flags.services import flag_set, switch_set
from apps.flags.stale import reasons_of, with_staleness
from apps.flags.tasks import mail_stale_flags
from apps.reports.registry import REPORTS
from tests.factories.accounts import RoleFactory, StaffFactory, SuperuserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import OrganizationFactory
from tests.forms import save

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)


KNOWN = {Flag: "bulk-import", Switch: "report-mails"}


def known(model: Any = Flag, **fields: Any) -> Any:
    """Return a flag or switch that the code asks for, as if it were new and made for a release."""
    rows = model.objects.filter(name=KNOWN[model])
    rows.update(**{"created": timezone.now(), "kind": "release", **fields})
    return rows.get()


def asked(kind: str, name: str, ago: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO flags_answered (kind, name, hour, process, yes, no, last_at)"
            " VALUES (%s, %s, %s, 'web', 1, 0, %s)",
            [kind, name, timezone.now() - ago, timezone.now() - ago],
        )


def reasons(model: Any = Flag) -> list[str]:
    return reasons_of(with_staleness(model.objects.all()).get(name=KNOWN[model]))


def test_a_flag_expires_the_day_after_its_expiry() -> None:
    flag = known(expires_on=timezone.localdate())
    assert reasons() == []
    Flag.objects.filter(pk=flag.pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    assert reasons() == ["expired"]


@pytest.mark.parametrize("model", [Flag, Switch])
def test_it_is_complete_when_on_for_everyone_all_the_time(model: Any) -> None:
    actor = SuperuserFactory()
    name = KNOWN[model]

    def turn(on: bool) -> None:
        if model is Flag:
            flag_set(name=name, everyone=on, reason="Try", actor=actor)
        else:
            switch_set(name=name, active=on, reason="Try", actor=actor)

    known(model)
    assert reasons(model) == []
    with time_machine.travel(timezone.now() + LATER):
        asked(model._meta.model_name, name, timedelta())
        assert reasons(model) == ["complete"]
        # A stop of a moment begins the 30 days anew; another field does not.
        model.objects.filter(name=name).update(note="Ours")
        assert reasons(model) == ["complete"]
        model.objects.filter(name=name).update(kind="operations")
        assert reasons(model) == []
    turn(False)
    turn(True)
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert "complete" not in reasons(model)


def test_one_with_an_exception_is_not_complete() -> None:
    known().denied_organizations.add(OrganizationFactory())
    with time_machine.travel(timezone.now() + LATER):
        asked("flag", "bulk-import", timedelta())
        assert reasons() == []


def test_it_is_unasked_without_a_question_for_30_days_unless_it_is_new() -> None:
    known(everyone=None)
    assert reasons() == []
    with time_machine.travel(timezone.now() + LATER):
        assert reasons() == ["unasked"]
        asked("switch", "bulk-import", timedelta())
        asked("flag", "bulk-import", timedelta(days=30, minutes=1))
        assert reasons() == ["unasked"]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE flags_answered SET last_at = %s", [timezone.now()])
        assert reasons() == []


def test_the_list_the_page_the_filter_and_the_report_say_the_same(client: Client) -> None:
    known()
    FlagFactory(name="lantern")
    client.force_login(SuperuserFactory())
    rows = reverse("admin:flags_flag_changelist")

    listed = client.get(rows, {"stale": "unknown"}).content.decode()
    assert "Unknown to the code" in listed
    assert "lantern" in listed
    assert "bulk-import" not in listed
    assert "lantern" not in client.get(rows, {"stale": "no"}).content.decode()
    page = reverse("admin:flags_flag_change", args=[Flag.objects.get(name="lantern").pk])
    assert "No code asks for it." in client.get(page).content.decode()
    report: Any = REPORTS.get("flags")
    params = {"days": 30, "show": "stale"}
    names = [row["name"] for row in report.make(params, SuperuserFactory()).rows]
    assert "lantern" in names
    assert "bulk-import" not in names


def told() -> dict[str, str]:
    queued_mails_send()
    found = {each.to[0]: str(each.body) for each in mail.outbox}
    assert len(found) == len(mail.outbox)
    mail.outbox.clear()
    return found


def test_owners_are_told_once_a_week_and_others_where_the_owner_left() -> None:
    may = ["flags.view_flag", "flags.flip_flag"]
    owner, gone, holder, flipper = (StaffFactory(may=may) for _ in range(4))
    role = RoleFactory()
    holder.groups.add(role)
    FlagFactory(name="mine", owner=owner)
    FlagFactory(name="theirs", owner=gone, owner_role=role)
    FlagFactory(name="of-one-who-left", owner=gone)
    User.objects.filter(pk=gone.pk).update(status=User.Status.DEACTIVATED)
    now = timezone.now()

    with time_machine.travel(now, tick=False):
        mail_stale_flags()
        mails = told()
        assert "mine" in mails[owner.email]
        assert "theirs" in mails[holder.email]
        assert gone.email not in mails
        # Everyone who may turn flags, the holder and the owner among them.
        assert "of-one-who-left" in mails[flipper.email]
        mail_stale_flags()
        assert told() == {}
    with time_machine.travel(now + timedelta(days=7), tick=False):
        assert "told" in mail_stale_flags()
    Flag.objects.filter(name__in=["mine", "theirs", "of-one-who-left"]).delete()
    # What is no longer stale when the e-mail is sent is not mailed.
    assert not [text for text in told().values() if "mine" in text]


@pytest.mark.parametrize(
    "name", ["can-export", "import-data", "flags.flip_flag", "late_permission"]
)
def test_what_reads_as_a_permission_is_refused_with_an_explanation(
    client: Client, name: str
) -> None:
    client.force_login(SuperuserFactory())

    page = save(client, reverse("admin:flags_flag_add"), {"name": name, "_reason": "New"})

    assert "never what someone may do" in page.content.decode()
    assert not Flag.objects.filter(name=name).exists()


def test_the_kind_permission_is_refused_with_an_explanation(client: Client) -> None:
    client.force_login(SuperuserFactory())
    flag = FlagFactory()
    page = reverse("admin:flags_flag_change", args=[flag.pk])

    answer = save(client, page, {"kind": "permission", "_reason": "New"})
    assert "never what someone may do" in answer.content.decode()

    save(client, page, {"kind": "experiment", "tags": "Beta, search,beta", "_reason": "New"})
    flag.refresh_from_db()
    assert (flag.kind, flag.tags) == ("experiment", ["beta", "search"])


def test_an_owner_who_can_do_nothing_is_refused(client: Client) -> None:
    client.force_login(SuperuserFactory())
    flag, outsider = FlagFactory(), StaffFactory()
    page = reverse("admin:flags_flag_change", args=[flag.pk])

    answer = save(client, page, {"owner": str(outsider.pk), "kind": "release", "_reason": "New"})

    assert "Choose somebody who can" in answer.content.decode()
