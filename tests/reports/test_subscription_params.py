"""The parameters of a subscription: edited in its form, kept as tokens, and read on the day of each mail."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from apps.reports.models import ReportMailing, ReportSubscription
from apps.reports.services import mailing_prepare
from tests.factories.reports import ReportRecipientFactory, ReportSubscriptionFactory
from tests.forms import opened, save
from tests.reports.conftest import permit, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Any:
    user = permit(reader(), "share_report", "change_reportsubscription", "view_reportsubscription")
    client.force_login(user)
    return user


def subscription_of(user: Any, **fields: Any) -> ReportSubscription:
    made: ReportSubscription = ReportSubscriptionFactory(owner=user, **fields)
    ReportRecipientFactory(subscription=made, user=user)
    return made


def page_of(subscription: ReportSubscription, name: str = "change") -> str:
    return reverse(f"admin:reports_reportsubscription_{name}", args=[subscription.pk])


def test_a_token_is_chosen_in_the_form_and_kept_as_such(client: Client, manager: Any) -> None:
    made = subscription_of(manager)
    with time_machine.travel(datetime(2026, 11, 18, 12, tzinfo=UTC)):
        ReportSubscription.objects.update(next_due_at=datetime(2026, 11, 23, 7, tzinfo=UTC))
        form = opened(client, page_of(made))
        assert form["param_week"] == ["last"]
        assert "Last week: November 16 to 22, 2026" in client.get(page_of(made)).content.decode()

        answer = save(client, page_of(made), {**form, "param_week": "before_last"})

        assert answer.status_code == 302
        made.refresh_from_db()
        assert made.params == {"week": "before_last"}
        body = client.get(page_of(made)).content.decode()
        assert "The week before last: November 9 to 15, 2026" in body


def test_a_number_is_edited_within_its_bounds(client: Client, manager: Any) -> None:
    made = subscription_of(manager, report="organizations-at-risk", params={"days": "30"})
    for wrong in ("0", "1000000000", "-5", "soon", ""):
        answer = save(client, page_of(made), {**opened(client, page_of(made)), "param_days": wrong})
        assert answer.status_code == 200, wrong
        if wrong:
            assert "Give a whole number from 1 to 365." in answer.content.decode(), wrong
    form = {**opened(client, page_of(made)), "param_days": "7"}
    assert save(client, page_of(made), form).status_code == 302
    made.refresh_from_db()
    assert made.params == {"days": "7"}


def test_those_who_may_only_look_read_it_in_words(client: Client) -> None:
    made = subscription_of(reader())
    client.force_login(permit(reader(), "view_reportsubscription"))
    body = client.get(page_of(made)).content.decode()
    assert "Last week:" in body
    assert "param_week" not in body


@pytest.mark.parametrize(
    ("zone", "due", "week"),
    [
        # Sunday evening in Los Angeles is Monday in UTC, where the site is.
        ("America/Los_Angeles", datetime(2026, 11, 23, 4, tzinfo=UTC), "2026-W46"),
        ("UTC", datetime(2026, 11, 23, 4, tzinfo=UTC), "2026-W47"),
        ("Asia/Tokyo", datetime(2026, 11, 22, 16, tzinfo=UTC), "2026-W47"),
        ("UTC", datetime(2026, 11, 22, 16, tzinfo=UTC), "2026-W46"),
    ],
)
def test_a_token_is_read_on_the_due_day_in_the_subscription_s_zone(
    zone: str, due: datetime, week: str
) -> None:
    made = subscription_of(reader(), time_zone=zone)
    # It is made three days late.
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        mailing = ReportMailing.objects.create(subscription=made, due_at=due)
        mailing_prepare(mailing_id=mailing.pk)
    mailing.refresh_from_db()
    assert (mailing.error, mailing.params) == ("", {"week": week})


def test_the_preview_is_the_mail_and_saves_nothing(client: Client, manager: Any) -> None:
    made = subscription_of(manager, format="none")
    now = datetime(2026, 11, 23, 6, 59, 30, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        client.force_login(manager)
        ReportSubscription.objects.update(
            decided_until=now, next_due_at=datetime(2026, 11, 23, 7, tzinfo=UTC)
        )
        form = {**opened(client, page_of(made)), "param_week": "before_last"}
        shown = client.post(page_of(made, "preview"), form)
        assert shown.status_code == 200
        assert "The week before last: November 9 to 15, 2026" in shown.content.decode()
        made.refresh_from_db()
        assert made.params == {"week": "last"}
        assert save(client, page_of(made), form).status_code == 302
    due = datetime(2026, 11, 23, 7, tzinfo=UTC)
    with time_machine.travel(due, tick=False):
        mailing = ReportMailing.objects.create(subscription=made, due_at=due)
        mailing_prepare(mailing_id=mailing.pk)
    edition = mailing.editions.get()
    content = shown.context["shown"]["content"]
    assert (edition.subject, edition.text, edition.html) == (
        content.subject,
        content.text,
        content.html,
    )


def test_the_preview_refuses_what_saving_refuses(client: Client, manager: Any) -> None:
    made = subscription_of(manager)
    form = {**opened(client, page_of(made)), "when": "sometimes"}
    answer = client.post(page_of(made, "preview"), form)
    assert answer.status_code == 400
    assert "is not understood" in answer.content.decode()
    assert client.get(page_of(made, "preview")).status_code == 405
    client.force_login(permit(reader(), "view_reportsubscription"))
    assert client.post(page_of(made, "preview"), form).status_code == 403
