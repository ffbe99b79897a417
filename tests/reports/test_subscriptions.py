"""Subscribing people to a report, in the admin: the preview, the list, and mails in trouble."""

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.reports.models import ReportDelivery, ReportMailing, ReportRecipient, ReportSubscription
from apps.reports.services import report_mail_send_again, report_subscribe
from tests.at_once import at_once
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.reports import ReportDeliveryFactory, ReportRecipientFactory
from tests.reports.conftest import permit, reader

pytestmark = pytest.mark.django_db
SUBSCRIBE = reverse("admin:reports_reportrun_subscribe", args=["weekly"])


def filled(**changes: str) -> dict[str, str]:
    return {
        "param_week": "last",
        "recipients": "",
        "when": "weekdays at 06:30",
        "time_zone": "Europe/Berlin",
        "format": "xlsx",
        **changes,
    }


@pytest.fixture
def manager(client: Client) -> Any:
    user = permit(reader(), "share_report", "change_reportsubscription", "view_reportsubscription")
    client.force_login(user)
    return user


def test_the_preview_shows_the_mail_and_saves_nothing(client: Client, manager: Any) -> None:
    colleague = reader()
    nobody = StaffFactory()
    people = f"{colleague.email}\n{nobody.email}"
    page = client.post(SUBSCRIBE, filled(recipients=people, preview="1"))
    body = page.content.decode()

    assert page.status_code == 200
    assert "1 recipient." in body
    # The address is masked for people who may not see it.
    assert f"{nobody.email[0]}…@quarterdeck.example gets nothing" in body
    assert "srcdoc=" in body
    assert "nonce" in body
    assert body.count("06:30") >= 5
    assert not ReportSubscription.objects.exists()


def test_saving_makes_the_subscription_with_its_list(client: Client, manager: Any) -> None:
    colleague = reader()
    people = f"{colleague.email.upper()}, {manager.email}"
    assert client.post(SUBSCRIBE, filled(recipients=people, save="1")).status_code == 302

    made = ReportSubscription.objects.get()
    assert (made.owner, made.params, made.format) == (manager, {"week": "last"}, "xlsx")
    assert (made.when, made.time_zone) == ("weekdays at 06:30", "Europe/Berlin")
    assert made.next_due_at is not None
    assert {each.user for each in made.recipients.all()} == {colleague, manager}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"when": "sometimes"}, "is not understood"),
        ({"when": "once on 2020-01-01 at 09:00"}, "is over"),
        ({"recipients": "zoe@elsewhere.example"}, "Not on the staff"),
        ({"recipients": "no address"}, "Not an e-mail address"),
    ],
)
def test_what_cannot_be_mailed_is_refused_in_a_sentence(
    client: Client, manager: Any, change: dict[str, str], said: str
) -> None:
    for button in ("preview", "save"):
        values = filled(**{"recipients": manager.email, button: "1", **change})
        page = client.post(SUBSCRIBE, values)
        assert page.status_code == 400
        assert said in page.content.decode()
    assert not ReportSubscription.objects.exists()


def test_addresses_of_an_allowed_domain_can_be_named(
    client: Client, manager: Any, settings: Any
) -> None:
    settings.REPORT_MAIL_DOMAINS = ["partner.example"]
    client.post(SUBSCRIBE, filled(recipients="zoe@partner.example", save="1"))
    assert ReportRecipient.objects.get().email == "zoe@partner.example"


def test_others_are_named_by_people_with_the_permission_only(client: Client) -> None:
    user = reader()
    client.force_login(user)
    answer = client.post(SUBSCRIBE, filled(recipients=reader().email, save="1"))
    assert answer.status_code == 403
    assert client.post(SUBSCRIBE, filled(recipients=user.email, save="1")).status_code == 302


def test_people_who_left_come_back_only_by_themselves(client: Client, manager: Any) -> None:
    recipient = ReportRecipientFactory(user=reader())
    recipient.unsubscribed_at = recipient.created_at
    recipient.save()
    url = reverse(
        "admin:reports_reportsubscription_add_recipients", args=[recipient.subscription.pk]
    )
    answer = client.post(url, {"emails": recipient.user.email})
    assert "only they can subscribe again" in answer.content.decode()
    recipient.refresh_from_db()
    assert recipient.unsubscribed_at is not None


def test_the_page_of_a_subscription_mails_stops_and_resumes(client: Client, manager: Any) -> None:
    subscription = ReportRecipientFactory(user=manager).subscription

    def act(name: str) -> Any:
        url = reverse(f"admin:reports_reportsubscription_{name}", args=[subscription.pk])
        return client.post(url, {"reason": "To try it"})

    assert act("mail_now").status_code == 302
    assert ReportMailing.objects.get().state == "preparing"
    assert "has not ended" in act("mail_now").content.decode()

    act("stop")
    subscription.refresh_from_db()
    assert (subscription.enabled, subscription.next_due_at) == (False, None)
    act("resume")
    subscription.refresh_from_db()
    assert subscription.next_due_at is not None


@pytest.fixture
def ops(client: Client) -> Any:
    user = permit(reader(), "view_reportdelivery", "view_reportmailing", "decide_delivery")
    client.force_login(user)
    return user


def decide(client: Client, delivery: ReportDelivery, action: str) -> Any:
    url = reverse(f"admin:reports_reportdelivery_{action}", args=[delivery.pk])
    return client.post(url, {"reason": "They called"})


def test_an_uncertain_mail_waits_on_the_start_page_for_a_decision(client: Client, ops: Any) -> None:
    delivery = ReportDeliveryFactory(state="uncertain", error="No answer")
    start = client.get(reverse("admin:index"))
    assert [need["name"] for need in start.context["needs"]] == ["mails_undecided"]

    assert decide(client, delivery, "leave").status_code == 302

    delivery.refresh_from_db()
    assert (delivery.state, delivery.decided_at is None) == ("uncertain", False)
    event = Event.objects.get(kind="mail_left")
    assert event.target_pk == str(delivery.pk)
    assert client.get(reverse("admin:index")).context["needs"] == []


def test_a_mail_is_sent_again_by_hand_and_once(client: Client, ops: Any) -> None:
    delivery = ReportDeliveryFactory(state="uncertain", error="No answer", attempts=3)
    assert decide(client, delivery, "send_again").status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.given_at) == ("waiting", 0, None)
    assert ReportMailing.objects.get().state == "sending"

    again = decide(client, delivery, "send_again")
    assert "already queued" in again.content.decode()
    assert Event.objects.filter(kind="mail_sent_again").count() == 1


def test_deciding_asks_for_its_permission_and_for_a_post(client: Client) -> None:
    client.force_login(permit(reader(), "view_reportdelivery"))
    delivery = ReportDeliveryFactory(state="uncertain")
    for action in ("send_again", "leave"):
        url = reverse(f"admin:reports_reportdelivery_{action}", args=[delivery.pk])
        assert client.get(url).status_code == 403
        assert decide(client, delivery, action).status_code == 403
    delivery.refresh_from_db()
    assert (delivery.state, delivery.decided_at) == ("uncertain", None)


def test_a_stored_mail_is_shown_to_people_who_would_get_the_same(client: Client, ops: Any) -> None:
    delivery = ReportDeliveryFactory(edition__text="Faraway said so")
    url = reverse("admin:reports_reportdelivery_change", args=[delivery.pk])
    page = client.get(url).content.decode()
    assert "Faraway said so" not in page
    assert "You can&#x27;t read this mail" in page or "You can't read this mail" in page

    client.force_login(SuperuserFactory())
    assert "Faraway said so" in client.get(url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_people_decide_at_once_and_one_is_told() -> None:
    delivery = ReportDeliveryFactory(state="uncertain")
    people = [permit(reader(), "decide_delivery") for _ in range(2)]
    ends = at_once(
        [
            partial(report_mail_send_again, delivery=delivery, reason="Asked", actor=person)
            for person in people
        ]
    )
    assert sorted(ends) == ["DomainError", "done"]
    assert Event.objects.filter(kind="mail_sent_again").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_who_subscribes_twice_at_once_is_on_one_list() -> None:
    user = reader()
    at_once([partial(report_subscribe, report="weekly", actor=user) for _ in range(2)])
    assert ReportRecipient.objects.filter(user=user).count() == 1
