"""Reports, flags, schedules and roles as who is limited meets them."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.flags.models import Flag
from apps.flags.services import flag_set
from apps.organizations.services import user_set_scope
from apps.reports.models import ReportRun, ReportSubscription
from apps.reports.registry import all_reports
from apps.reports.services import (
    mailing_prepare,
    mailing_start,
    report_mails_send,
    report_make,
    report_subscribe,
)
from apps.schedules.services.runs import schedule_run_now
from tests.factories.accounts import RoleFactory
from tests.factories.flags import FlagFactory
from tests.factories.reports import (
    ReportDeliveryFactory,
    ReportRunFactory,
    ReportSubscriptionFactory,
)
from tests.factories.schedules import ScheduleFactory, TaskRunFactory
from tests.scope.conftest import House, text


class TestReports:
    @pytest.mark.parametrize("name", [report.name for report in all_reports()])
    def test_each_covers_what_its_reader_sees(
        self, agent: User, boss: User, near: House, far: House, name: str
    ) -> None:
        everything = report_make(report=name, params={}, actor=boss)
        inside = report_make(report=name, params={}, actor=agent)
        agent.scope.all().delete()
        nothing = report_make(report=name, params={}, actor=agent)

        assert far.word not in str(inside)
        if name == "flags":
            assert inside.rows == everything.rows  # Names in the code, which belong to nobody.
        elif name == "access-review":
            assert [row["id"] for row in nothing.rows] == [str(agent.pk)]
        else:
            assert far.word in str(everything.rows) or not everything.rows
            assert nothing.rows == []
            assert all(not total.value for total in nothing.totals)

    def test_the_page_and_the_file_hold_to_the_scope(
        self, client: Client, near: House, far: House
    ) -> None:
        page = text(client.get(reverse("admin:reports_reportrun_report", args=["weekly"])))
        file = text(
            client.post(reverse("admin:reports_reportrun_download", args=["weekly", "csv"]))
        )

        assert near.organization.name in page
        assert near.organization.name in file
        assert far.word not in page + file

    def test_a_mailed_one_is_made_for_its_reader(
        self, agent: User, near: House, far: House
    ) -> None:
        report_subscribe(report="weekly", actor=agent)
        subscription = ReportSubscription.objects.get()
        ReportSubscription.objects.update(params={"week": "this"})

        mailing_prepare(mailing_id=mailing_start(subscription=subscription, actor=None).pk)
        report_mails_send()

        (message,) = mail.outbox
        sent = str(message.message())
        assert far.word not in sent
        assert not any(far.word in str(content) for _, content, _ in message.attachments)

    def test_a_stored_one_of_others_is_not_there(
        self, client: Client, boss: User, near: House, far: House
    ) -> None:
        run = ReportRunFactory(started_by=boss)
        mailing = ReportDeliveryFactory().mailing

        listed = client.get(reverse("admin:reports_reportrun_changelist"))

        assert listed.context["cl"].result_count == 0
        for page in ("reportrun_change", "reportrun_file"):
            address = reverse(f"admin:reports_{page}", args=[run.pk])
            assert client.get(address).status_code == 404
        address = reverse("admin:reports_reportmailing_change", args=[mailing.pk])
        assert client.get(address).status_code in (403, 404)

    def test_their_own_file_from_before_their_scope_shrank_is_their_no_more(
        self, client: Client, agent: User, near: House, far: House
    ) -> None:
        client.post(reverse("admin:reports_reportrun_download", args=["weekly", "csv"]))
        run = ReportRun.objects.get()
        address = reverse("admin:reports_reportrun_file", args=[run.pk])
        assert near.organization.name in text(client.get(address))

        user_set_scope(user=agent, is_limited=True, actor=None, reason="x")

        assert client.get(address).status_code == 404

    def test_the_subscriptions_of_others_are_not_there(self, client: Client, agent: User) -> None:
        ReportSubscriptionFactory()
        report_subscribe(report="weekly", actor=agent)

        listed = client.get(reverse("admin:reports_reportsubscription_changelist"))

        assert [each.owner for each in listed.context["cl"].result_list] == [agent]


class TestFlags:
    @pytest.fixture
    def flag(self, near: House, far: House) -> Flag:
        flag = FlagFactory()
        flag.organizations.set([near.organization, far.organization])
        flag.users.set([near.person, far.person])
        return flag

    def test_who_one_reaches_is_told_as_far_as_one_sees(
        self, client: Client, flag: Flag, far: House
    ) -> None:
        pages = [
            text(client.get(reverse("admin:flags_flag_changelist"))),
            text(client.get(reverse("admin:flags_flag_change", args=[flag.pk]))),
            text(client.get(reverse("admin:flags_flag_history", args=[flag.pk]))),
        ]

        assert "On for 1 organization, 1 person" in pages[0]
        assert far.word not in "".join(pages)

    def test_it_is_not_changed_or_turned(self, client: Client, agent: User, flag: Flag) -> None:
        address = reverse("admin:flags_flag_change", args=[flag.pk])

        assert client.post(address, {"organizations": [], "_reason": "x"}).status_code == 403
        assert client.get(reverse("admin:flags_flag_add")).status_code == 403
        with pytest.raises(DomainError, match="affect every organization"):
            flag_set(name=flag.name, everyone=True, reason="x", actor=agent)
        assert flag.organizations.count() == 2


class TestSchedules:
    def test_a_run_says_nothing_to_who_is_limited(self, client: Client) -> None:
        run = TaskRunFactory(state="succeeded", message="Mailed Faraway")

        listed = client.get(reverse("admin:schedules_taskrun_changelist"))
        page = client.get(reverse("admin:schedules_taskrun_change", args=[run.pk]))
        schedules = client.get(reverse("admin:django_celery_beat_periodictask_changelist"))

        assert listed.context["cl"].result_count == 0
        assert page.status_code == 404
        assert "Faraway" not in text(schedules)

    def test_none_is_run_by_hand(self, agent: User) -> None:
        with pytest.raises(DomainError, match="affect every organization"):
            schedule_run_now(schedule=ScheduleFactory(), actor=agent)


def test_a_role_counts_the_people_that_one_sees(
    client: Client, boss_client: Client, near: House, far: House
) -> None:
    role = RoleFactory()
    for person in (near.person, far.person):
        person.groups.add(role)

    def people(browser: Client) -> Any:
        listed = browser.get(reverse("admin:auth_group_changelist"), {"q": role.name})
        return listed.context["cl"].result_list[0].people_count

    assert (people(client), people(boss_client)) == (1, 2)
