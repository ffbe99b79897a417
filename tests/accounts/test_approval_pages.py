"""Asking, deciding and reading requests through the pages, each person with their own browser."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import ApprovalRequest, User
from apps.organizations.models import Organization
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    UserFactory,
    permission,
    prove_factor,
)
from tests.factories.organizations import (
    MembershipFactory,
    OwnerFactory,
    TrashedOrganizationFactory,
)
from tests.forms import save

pytestmark = pytest.mark.django_db
VIEW, DECIDE = "accounts.view_approvalrequest", "accounts.decide_approvalrequest"
PURGER = ["organizations.view_organization", "organizations.purge_organization", VIEW]


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.FOUR_EYES = {"purge": 0, "roles": 0, "bulk": 2}


@pytest.fixture
def asker() -> User:
    return StaffFactory(first_name="Ines", last_name="Asker", may=PURGER)


@pytest.fixture
def second() -> User:
    return StaffFactory(first_name="Sven", last_name="Second", may=[*PURGER, DECIDE])


def signed_in(user: User, *, fresh: bool = True) -> Client:
    client = Client()
    client.force_login(user)
    return prove_factor(client) if fresh else client


def _purge_url(organization: Organization) -> str:
    return reverse("admin:organizations_trashedorganization_purge", args=[organization.pk])


def _ask(client: Client, organization: Organization) -> ApprovalRequest:
    answer = client.post(
        _purge_url(organization),
        {"reason": "They asked for it.", "typed": organization.name, "_ask": "1"},
    )
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    request = ApprovalRequest.objects.get(state="pending")
    assert answer["Location"] == _url("change", request)
    return request


def _url(name: str, request: ApprovalRequest) -> str:
    return reverse(f"admin:accounts_approvalrequest_{name}", args=[request.pk])


def _body(answer: Any) -> str:
    return answer.content.decode()


def _exists(organization: Organization) -> bool:
    return Organization.all_objects.filter(pk=organization.pk).exists()


def test_the_confirmation_says_beforehand_that_it_asks_and_names_who_could(
    asker: User, second: User
) -> None:
    organization = TrashedOrganizationFactory()

    page = _body(signed_in(asker).get(_purge_url(organization)))

    assert "A second person must approve this" in page
    assert "Sven Second can" in page
    assert "Ask a second person" in page


def test_a_post_that_does_not_ask_does_nothing(asker: User, second: User) -> None:
    organization = TrashedOrganizationFactory(name="Harbor")

    answer = signed_in(asker).post(
        _purge_url(organization), {"reason": "They asked.", "typed": "Harbor"}
    )

    assert answer.status_code == 409
    assert "Ask a second person" in _body(answer)
    assert _exists(organization)
    assert not ApprovalRequest.objects.exists()


def test_the_whole_way_from_the_request_to_the_action(asker: User, second: User) -> None:
    organization = TrashedOrganizationFactory(name="Harbor", slug="harbor-77")
    MembershipFactory(organization=organization)
    request = _ask(signed_in(asker), organization)
    assert _exists(organization)

    decider = signed_in(second)
    page = _body(decider.get(_url("change", request)))
    for shown in ("Delete “Harbor” for good", "harbor-77", "They asked for it.", "Ines Asker"):
        assert shown in page
    assert _url("approve", request) in page
    assert _url("withdraw", request) not in page
    assert decider.get(_url("approve", request)).status_code == 200
    assert _exists(organization)

    answer = decider.post(_url("approve", request), {"reason": "I looked."})

    assert answer["Location"] == _url("change", request)
    assert not _exists(organization)
    page = _body(signed_in(asker).get(_url("change", request)))
    assert "Approved and done" in page
    assert "by Sven Second" in page
    assert "1 organization, with 1 member, deleted for good" in page


def test_an_approval_asks_for_a_fresh_factor(asker: User, second: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _ask(signed_in(asker), organization)
    stale = signed_in(second, fresh=False)

    for answer in (stale.get(_url("approve", request)), stale.post(_url("approve", request), {})):
        assert answer.status_code in (302, 403)
    assert _exists(organization)


def test_ones_own_request_offers_to_withdraw_and_approving_it_is_refused(second: User) -> None:
    organization = TrashedOrganizationFactory()
    client = signed_in(second)
    request = _ask(client, organization)

    page = _body(client.get(_url("change", request)))
    assert _url("withdraw", request) in page
    assert _url("approve", request) not in page
    assert client.post(_url("approve", request), {"reason": "Mine."}).status_code == 409
    assert client.post(_url("withdraw", request), {"reason": ""}).status_code == 302
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert _exists(organization)


def test_a_refusal_through_the_page_tells_the_requester_why(asker: User, second: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _ask(signed_in(asker), organization)
    decider = signed_in(second)

    assert decider.post(_url("refuse", request), {"reason": ""}).status_code == 200
    assert decider.post(_url("refuse", request), {"reason": "Not before May."}).status_code == 302

    assert "Not before May." in _body(signed_in(asker).get(_url("change", request)))
    assert _exists(organization)


def test_an_expired_and_a_changed_request_say_so_and_do_nothing(asker: User, second: User) -> None:
    late, changed = TrashedOrganizationFactory(), TrashedOrganizationFactory(name="Harbor")
    first = _ask(signed_in(asker), late)
    ApprovalRequest.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    decider = signed_in(second)
    assert "Expired" in _body(decider.get(_url("change", first)))
    decider.post(_url("approve", first), {"reason": ""})
    first.refresh_from_db()
    assert first.state == "expired"

    other = _ask(signed_in(asker), changed)
    MembershipFactory(organization=changed)
    assert "can no longer be approved" in _body(decider.get(_url("change", other)))
    answer = decider.post(_url("approve", other), {"reason": ""}, follow=True)
    assert "It changed after the request was made" in _body(answer)
    assert _exists(late)
    assert _exists(changed)


def test_a_permission_taken_away_shuts_the_decision(asker: User, second: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _ask(signed_in(asker), organization)
    decider = signed_in(second)
    second.user_permissions.remove(permission("organizations.purge_organization"))

    assert decider.get(_url("change", request)).status_code == 404
    assert decider.post(_url("approve", request), {"reason": ""}).status_code == 404
    assert _exists(organization)


def test_who_may_not_look_sees_no_request(asker: User) -> None:
    request = _ask(signed_in(asker), TrashedOrganizationFactory())
    stranger, nobody = StaffFactory(may=[VIEW]), StaffFactory()

    listing = reverse("admin:accounts_approvalrequest_changelist")
    assert signed_in(nobody).get(listing).status_code == 403
    assert signed_in(nobody).get(_url("change", request)).status_code == 403
    assert request.sentence not in _body(signed_in(stranger).get(listing))
    assert signed_in(stranger).get(_url("change", request)).status_code == 404


def test_the_list_parts_what_is_mine_from_what_i_decide(asker: User, second: User) -> None:
    request = _ask(signed_in(asker), TrashedOrganizationFactory())
    listing = reverse("admin:accounts_approvalrequest_changelist")

    for user, whose, shown in (
        (second, "decide", True),
        (second, "mine", False),
        (asker, "mine", True),
        (asker, "decide", False),
    ):
        page = _body(signed_in(user).get(listing, {"whose": whose}))
        assert (_url("change", request) in page) == shown


def test_the_start_page_shows_what_waits_for_who(asker: User, second: User) -> None:
    _ask(signed_in(asker), TrashedOrganizationFactory())

    assert "1 approval request waiting for your decision" in _body(
        signed_in(second).get(reverse("admin:index"))
    )
    assert "for you to approve" not in _body(signed_in(asker).get(reverse("admin:index")))


def test_a_bulk_action_on_a_colleague_is_approved_by_who_may_decide_over_the_colleague() -> None:
    may = ["accounts.view_user", "accounts.change_user", VIEW]
    leads = [*may, "accounts.set_roles"]
    colleague = StaffFactory(may=may)
    agent, lead = StaffFactory(may=[*may, DECIDE]), StaffFactory(may=[*leads, DECIDE])
    client, listing = signed_in(StaffFactory(may=leads)), reverse("admin:accounts_user_changelist")
    keys = [str(user.pk) for user in (colleague, UserFactory(), UserFactory())]
    selected = {"action": "deactivate", "index": "0", "_selected_action": keys}
    token = re.search(
        r'name="_confirmation" value="([^"]+)"', _body(client.post(listing, selected))
    )
    assert token
    client.post(listing, {**selected, "_confirmation": token[1], "reason": "Left.", "_ask": "1"})
    request = ApprovalRequest.objects.get()

    signed_in(agent).post(_url("approve", request), {"reason": ""})

    assert not User.objects.filter(status="deactivated").exists()

    signed_in(lead).post(_url("approve", request), {"reason": ""})

    assert User.objects.filter(status="deactivated").count() == 3


def test_a_bulk_action_above_the_number_becomes_a_request_and_is_done_by_its_approval() -> None:
    people = [UserFactory() for _ in range(3)]
    may = ["accounts.view_user", "accounts.change_user", VIEW]
    asker, second = StaffFactory(may=may), StaffFactory(may=[*may, DECIDE])
    client = signed_in(asker)
    listing = reverse("admin:accounts_user_changelist")
    selected = {
        "action": "deactivate",
        "index": "0",
        "_selected_action": [str(user.pk) for user in people],
    }
    page = _body(client.post(listing, selected))
    assert "Ask a second person" in page
    token = re.search(r'name="_confirmation" value="([^"]+)"', page)
    assert token
    answer = client.post(
        listing, {**selected, "_confirmation": token[1], "reason": "They left.", "_ask": "1"}
    )
    assert answer.status_code == 302
    request = ApprovalRequest.objects.get()
    assert request.sentence == "Deactivate: 3 people"
    assert not User.objects.filter(status="deactivated").exists()

    signed_in(second).post(_url("approve", request), {"reason": ""})

    request.refresh_from_db()
    assert request.state == "approved", request.outcome
    assert User.objects.filter(status="deactivated").count() == 3
    row = people[0].history.first()
    assert row.history_user_id == asker.pk
    assert "approved by" in row.history_change_reason


def test_a_few_records_are_still_one_persons() -> None:
    user = UserFactory()
    asker = StaffFactory(may=["accounts.view_user", "accounts.change_user"])

    signed_in(asker).post(
        reverse("admin:accounts_user_deactivate", args=[user.pk]), {"reason": "Left."}
    )

    user.refresh_from_db()
    assert user.status == "deactivated"


def test_a_role_that_can_give_roles_is_asked_for_and_so_is_making_one() -> None:
    lead = RoleFactory(name="Lead", gives=["accounts.set_roles"])
    target = StaffFactory()
    may = ["accounts.view_user", "accounts.change_user", "accounts.set_roles", VIEW]
    asker = StaffFactory(may=[*may, "auth.change_group", "auth.view_group", DECIDE])
    url = reverse("admin:accounts_user_set_roles", args=[target.pk])
    client = signed_in(asker)

    assert save(client, url, {"roles": [lead.pk], "reason": "Promoted."}).status_code == 409
    answer = save(client, url, {"roles": [lead.pk], "reason": "Promoted.", "_ask": "1"})
    assert answer.status_code == 302
    assert not target.groups.exists()
    request = ApprovalRequest.objects.get()
    assert ["roles", "none", "Lead"] in request.preview["lines"][0]["values"]

    pursers = RoleFactory(name="Pursers")
    UserFactory().groups.add(pursers)
    answer = save(
        client,
        reverse("admin:auth_group_change", args=[pursers.pk]),
        {
            "name": "Pursers",
            "permissions": [permission("accounts.set_roles").pk],
            "_reason": "They hire.",
        },
    )
    assert answer.status_code == 302
    assert not pursers.permissions.exists()
    assert ApprovalRequest.objects.filter(kind="accounts.empower_role").count() == 1


def test_addresses_are_masked_for_who_may_not_see_them(asker: User) -> None:
    organization = TrashedOrganizationFactory()
    membership = OwnerFactory(
        organization=organization,
        user=UserFactory(first_name="", last_name="", email="ada@example.org"),
    )
    Organization.all_objects.filter(pk=organization.pk).update(owner=membership.user)
    second = StaffFactory(may=[*PURGER, DECIDE])
    request = _ask(signed_in(asker), organization)

    page = _body(signed_in(second).get(_url("change", request)))

    assert "ada@example.org" not in page
    assert "a…@example.org" in page


def test_an_operator_sees_what_waits_and_decides_where_nobody_can(
    asker: User, capsys: pytest.CaptureFixture[str]
) -> None:
    organization = TrashedOrganizationFactory()
    request = _ask(signed_in(asker), organization)

    call_command("decide_request")
    assert "can decide: nobody" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("decide_request", str(request.pk), "--approve")
    call_command("decide_request", str(request.pk), "--approve", "--reason", "She is alone.")

    assert not _exists(organization)
    assert not Group.objects.exists()
