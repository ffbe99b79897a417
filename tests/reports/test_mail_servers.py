"""Mailing by a mail server that stalls, refuses, or hangs up: nobody is mailed twice, nobody is forgotten,
and what is not known is said to be."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from apps.core.delivery_passes import Pass
from apps.reports.models import ReportDelivery, ReportMailing
from apps.reports.services import report_mails_resume
from tests.mail_server import Server, server
from tests.reports.mailing_processes import waiting

__all__ = ["server"]  # A fixture.

State = ReportDelivery.State
pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return sorted(ReportDelivery.objects.values_list("state", flat=True))


def send() -> Pass:
    return report_mails_resume()[0]


def later() -> None:
    """Hours pass."""
    ReportDelivery.objects.update(next_try_at=F("next_try_at") - timedelta(hours=12))


@pytest.mark.faults
@pytest.mark.parametrize("behavior", ["stalls after the data", "drops after the data"])
def test_a_mail_that_the_server_may_have_taken_is_never_sent_again(
    server: Server, behavior: str
) -> None:
    people = waiting(3)
    server.behavior = behavior
    send()
    assert states() == [State.UNCERTAIN] * 3
    assert sorted(server.taken) == people

    server.behavior = ""
    later()
    assert send().sent == 0
    assert sorted(server.taken) == people
    assert ReportMailing.objects.get().state == "done"


def test_a_server_that_confirms_nothing_is_left_alone_after_three_mails(server: Server) -> None:
    people = waiting(6)
    server.behavior = "drops after the data"
    done = send()
    assert "doesn't confirm" in done.away
    assert states() == [State.UNCERTAIN] * 3 + [State.WAITING] * 3

    server.behavior = ""
    send()
    assert sorted(server.taken) == people


@pytest.mark.faults
@pytest.mark.parametrize(
    "behavior",
    ["drops at once", "stalls at once", "stalls before the data", "not now", "not this data now"],
)
def test_a_mail_that_the_server_surely_did_not_take_is_tried_again(
    server: Server, behavior: str
) -> None:
    people = waiting(2)
    server.behavior = behavior
    assert send().sent == 0
    assert set(states()) <= {State.WAITING, State.RETRYING}
    assert ReportMailing.objects.get().state == "sending", "somebody waits"

    server.behavior = ""
    later()
    assert send().sent == 2
    assert states() == [State.SENT] * 2
    assert sorted(server.taken) == people
    assert ReportMailing.objects.get().state == "done"


def test_a_server_that_nobody_reaches_costs_one_attempt_and_no_mail_its_tries(
    server: Server,
) -> None:
    waiting(5)
    server.behavior = "drops at once"
    for _ in range(9):
        assert send().away
        later()
    assert server.connections == 9
    assert set(states()) == {State.WAITING}
    assert set(ReportDelivery.objects.values_list("attempts", flat=True)) == {0}


def test_greylisting_is_waited_for_and_ends(server: Server) -> None:
    people = waiting(3)
    server.behavior = "greylists"
    send()
    assert states() == [State.RETRYING] * 3
    assert "451 Greylisted" in ReportDelivery.objects.all()[0].error
    assert send().sent == 0, "not before its time"
    later()
    assert send().sent == 3
    assert sorted(server.taken) == people


def test_pauses_between_attempts_grow_until_the_mail_is_refused(server: Server) -> None:
    waiting(1)
    server.behavior = "not now"
    pauses = []
    for _ in range(6):
        before = timezone.now()
        send()
        delivery = ReportDelivery.objects.get()
        pauses.append(round((delivery.next_try_at - before).total_seconds() / 60))
        later()
    assert pauses[:5] == [1, 5, 30, 120, 360]
    assert delivery.state == State.REFUSED
    assert delivery.error.startswith("Gave up after 6 attempts.")


@pytest.mark.parametrize(
    ("behavior", "said"),
    [("refuses", "550 No such mailbox"), ("refuses the data", "554 Not this")],
)
def test_a_refusal_is_final_and_keeps_the_words_of_the_server(
    server: Server, behavior: str, said: str
) -> None:
    waiting(1)
    server.behavior = behavior
    send()
    delivery = ReportDelivery.objects.get()
    assert delivery.state == State.REFUSED
    assert delivery.error == f"The mail server answered: {said}"
    assert delivery.decided_at is None


def test_a_bad_address_stops_nobody(server: Server) -> None:
    people = waiting(5)
    server.refused = {people[2]}
    send()
    assert sorted(server.taken) == [*people[:2], *people[3:]]
    assert states() == [State.REFUSED, *[State.SENT] * 4]


def test_many_mails_go_over_one_connection(server: Server) -> None:
    people = waiting(12)
    send()
    assert (sorted(server.taken), server.connections) == (people, 1)


@pytest.mark.parametrize(
    ("behavior", "connections"), [("closes after five", 3), ("drops between mails", 12)]
)
def test_a_connection_that_the_server_ends_between_mails_is_opened_again(
    server: Server, behavior: str, connections: int
) -> None:
    people = waiting(12)
    server.behavior = behavior
    assert send().sent == 12
    assert (sorted(server.taken), server.connections) == (people, connections)


def test_a_goodbye_that_nobody_answers_makes_no_failure_of_a_mail(server: Server) -> None:
    waiting(1)
    server.behavior = "drops at the goodbye"
    assert send().sent == 1


def test_what_waits_too_long_is_given_up_and_says_so(server: Server) -> None:
    waiting(1)
    server.behavior = "not now"
    send()
    ReportDelivery.objects.update(queued_at=timezone.now() - timedelta(days=3))

    assert report_mails_resume()[1] == 1

    delivery = ReportDelivery.objects.get()
    assert delivery.state == State.REFUSED
    assert delivery.error.startswith("It couldn't be sent for two days.")
    assert ReportMailing.objects.get().state == "done"


def test_a_sender_that_lost_its_lease_sends_nothing(server: Server) -> None:
    waiting(1)
    delivery = ReportDelivery.claim()
    assert delivery is not None
    # A sweep of another machine found the lease expired, and gave the mail back.
    ReportDelivery.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    ReportDelivery.sweep()
    assert states() == [State.WAITING]

    from apps.reports.services.mails import Messages

    delivery.deliver(lambda: Messages()(delivery))
    assert (server.taken, states()) == ([], [State.WAITING])


def test_a_late_answer_replaces_what_a_sweep_could_not_know(server: Server) -> None:
    waiting(1)
    delivery = ReportDelivery.claim()
    assert delivery is not None
    now = timezone.now()
    ReportDelivery.objects.update(lease_until=now - timedelta(minutes=1), given_at=now)
    ReportDelivery.sweep()
    assert states() == [State.UNCERTAIN]

    delivery._settle(State.SENT)
    assert states() == [State.SENT]
