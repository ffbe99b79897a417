"""Acting as somebody else: who may, how long, what not, and what stays of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.impersonation.services import impersonations_expire
from apps.accounts.models import Impersonation, User
from apps.audit.models import ChangeSet, Event
from apps.core.sudo import has_fresh_factor, require_fresh_factor
from tests.factories.accounts import (
    DeactivatedUserFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    permission,
    prove_factor,
    sudo_client,
)
from tests.factories.organizations import OrganizationFactory
from tests.forms import save

pytestmark = pytest.mark.django_db

LOOK = ["accounts.view_user", "organizations.view_organization"]
CHANGE = [*LOOK, "organizations.change_organization", "organizations.add_organization"]
WHY = {"reason": "She sees an empty list, ticket 512."}


@pytest.fixture
def target() -> User:
    return StaffFactory(first_name="Ida", last_name="Berg", may=CHANGE)


@pytest.fixture
def lead() -> User:
    return StaffFactory(
        first_name="Ada", last_name="Lead", may=[*CHANGE, "accounts.impersonate_user"]
    )


@pytest.fixture
def begin(target: User, lead: User) -> Callable[..., Client]:
    """A client that acts as the target."""

    def begun(*, writing: bool = False) -> Client:
        if writing:
            lead.user_permissions.add(permission("accounts.impersonate_and_write"))
        client = sudo_client(lead)
        answer = client.post(_url(target), {**WHY, "may_write": "on" if writing else ""})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return begun


def _url(target: User) -> str:
    return reverse("admin:accounts_user_impersonate", args=[target.pk])


def _stop(client: Client) -> Any:
    return client.post(reverse("impersonation_stop"))


def test_it_begins_with_a_post_and_a_reason_and_never_with_a_get(target: User, lead: User) -> None:
    client = sudo_client(lead)

    shown = client.get(_url(target))
    without_reason = client.post(_url(target), {"reason": " "})

    assert shown.status_code == without_reason.status_code == 200
    assert not Impersonation.objects.exists()

    client.post(_url(target), WHY)

    page = client.get(reverse("admin:index"))
    assert page.wsgi_request.user == target
    assert page.wsgi_request.real_user == lead
    begun = Impersonation.objects.get()
    assert begun.reason == WHY["reason"]
    assert timedelta(0) < begun.ends_at - begun.started_at <= timedelta(minutes=30)


def test_without_the_permission_nobody_begins(target: User) -> None:
    client = sudo_client(may=CHANGE)

    assert client.post(_url(target), WHY).status_code == 403
    assert not Impersonation.objects.exists()


def test_it_asks_for_a_fresh_factor(target: User, lead: User) -> None:
    client = Client()
    client.force_login(lead)

    answer = client.post(_url(target), WHY)

    assert answer["Location"].startswith(reverse("account_sudo"))
    assert not Impersonation.objects.exists()


@pytest.mark.parametrize(
    ("make", "output"),
    [
        (SuperuserFactory, "is a superuser"),
        (lambda: StaffFactory(may=["audit.view_auditlog"]), "has a permission that you"),
        (lambda: DeactivatedUserFactory(is_staff=True), "is deactivated"),
        (UserFactory, "has no staff role"),
    ],
)
def test_nobody_acts_as_somebody_with_more_power_or_with_no_access(
    lead: User, make: Callable[[], User], output: str
) -> None:
    client = sudo_client(lead)

    answer = client.post(_url(make()), WHY)

    assert answer.status_code == 409
    assert output in answer.content.decode()
    assert not Impersonation.objects.exists()


def test_nobody_acts_as_themselves(lead: User) -> None:
    client = sudo_client(lead)

    assert "You cannot act as yourself" in client.post(_url(lead), WHY).content.decode()


def test_there_is_no_nesting(begin: Callable[..., Client], lead: User) -> None:
    deeper = StaffFactory()
    client = begin(writing=True)
    impersonated = client.get(reverse("admin:index")).wsgi_request.user
    impersonated.user_permissions.add(permission("accounts.impersonate_user"))

    answer = client.post(_url(deeper), WHY)

    assert answer.status_code == 403
    assert Impersonation.objects.count() == 1


def test_it_is_read_only(begin: Callable[..., Client]) -> None:
    client = begin()

    answer = client.post(
        reverse("admin:organizations_organization_add"), {"name": "Acme", "slug": "acme"}
    )

    assert answer.status_code == 403
    assert "accounts.impersonate_and_write" in answer.content.decode()
    assert client.get(reverse("admin:organizations_organization_changelist")).status_code == 200


def test_writing_must_be_asked_for_even_by_who_may(
    begin: Callable[..., Client], lead: User
) -> None:
    client = begin()
    lead.user_permissions.add(permission("accounts.impersonate_and_write"))
    organization = OrganizationFactory()

    answer = client.post(_change(organization), _edited(organization))

    assert answer.status_code == 403
    assert "read-only" in answer.content.decode()


def test_what_is_written_carries_both_names(
    begin: Callable[..., Client], target: User, lead: User
) -> None:
    client = begin(writing=True)
    organization = OrganizationFactory()

    answer = save(client, _change(organization), _edited(organization))

    assert answer.status_code == 302
    row = organization.history.latest()
    assert row.history_user_id == target.pk
    change_set = ChangeSet.objects.get(pk=row.change_set_id)
    assert (change_set.actor_id, change_set.real_actor_id) == (target.pk, lead.pk)
    timeline = client.get(
        reverse("admin:organizations_organization_history", args=[organization.pk])
    ).content.decode()
    assert "Ada Lead as Ida Berg" in timeline


def test_an_event_carries_both_names(begin: Callable[..., Client], lead: User) -> None:
    client = begin()

    client.get(reverse("admin:audit_changeset_changelist"))

    refused = Event.objects.get(kind="refused")
    assert refused.change_set is not None
    assert refused.change_set.real_actor_id == lead.pk


def test_both_timelines_tell_of_the_beginning_and_the_end(
    begin: Callable[..., Client], target: User, lead: User
) -> None:
    client = begin()
    _stop(client)

    theirs = client.get(reverse("admin:accounts_user_history", args=[target.pk])).content.decode()
    own = client.get(reverse("admin:accounts_user_history", args=[lead.pk])).content.decode()

    assert "started acting as this person, read-only" in theirs
    assert "stopped acting as this person" in theirs
    assert "ticket 512" in theirs
    assert "started acting as Ida Berg" in own
    assert "Ada Lead as" not in own + theirs


def test_stopping_brings_oneself_back(begin: Callable[..., Client], lead: User) -> None:
    client = begin()

    assert client.get(reverse("impersonation_stop")).status_code == 405
    _stop(client)

    page = client.get(reverse("admin:index"))
    assert page.wsgi_request.user == lead
    assert getattr(page.wsgi_request, "real_user", None) is None
    assert "qd-impersonation" not in page.content.decode()
    assert Impersonation.objects.get().ending == "stopped"


def test_after_the_time_is_up_nothing_is_done_any_more(
    begin: Callable[..., Client], lead: User
) -> None:
    client = begin(writing=True)
    organization = OrganizationFactory(name="Before")
    Impersonation.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    answer = client.post(_change(organization), _edited(organization))

    assert answer.status_code == 302
    organization.refresh_from_db()
    assert organization.name == "Before"
    assert client.get(reverse("admin:index")).wsgi_request.user == lead
    assert Impersonation.objects.get().ending == "expired"
    assert _told(lead) == ["began", "ended"]


def test_thirty_minutes_are_the_most(begin: Callable[..., Client], lead: User) -> None:
    client = begin()

    with time_machine.travel(timezone.now() + timedelta(minutes=30, seconds=1), tick=False):
        client.get(reverse("admin:index"))

    assert Impersonation.objects.get().ending == "expired"


def test_one_whose_browser_never_comes_back_is_ended_all_the_same(
    begin: Callable[..., Client], target: User
) -> None:
    begin()
    Impersonation.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert impersonations_expire() == 1
    assert impersonations_expire() == 0
    assert _told(target) == ["began", "ended"]


@pytest.mark.parametrize("how", ["deactivated", "permission", "target gains power", "target"])
def test_it_ends_when_what_allowed_it_goes(
    begin: Callable[..., Client], lead: User, target: User, how: str
) -> None:
    client = begin()
    if how == "deactivated":
        User.objects.filter(pk=lead.pk).update(status="deactivated")
    elif how == "permission":
        lead.user_permissions.remove(permission("accounts.impersonate_user"))
    elif how == "target gains power":
        target.user_permissions.add(permission("audit.view_auditlog"))
    else:
        User.objects.filter(pk=target.pk).update(status="deactivated")

    page = client.get(reverse("admin:organizations_organization_changelist"))

    assert page.status_code == 302
    assert page.wsgi_request.user != target
    assert Impersonation.objects.get().ending == "refused"


def test_signing_out_signs_the_impersonator_out(
    begin: Callable[..., Client], lead: User, target: User
) -> None:
    client = begin()

    client.post(reverse("admin:logout"))

    assert client.get(reverse("admin:index")).wsgi_request.user.is_anonymous
    assert Impersonation.objects.get().ending == "signed_out"
    assert [event.target_pk for event in Event.objects.filter(kind="sign_out")] == [str(lead.pk)]


def test_the_other_one_never_signed_in(begin: Callable[..., Client], target: User) -> None:
    _stop(begin())

    target.refresh_from_db()
    assert target.last_login is None
    assert not Event.objects.filter(kind="sign_in", target_pk=str(target.pk)).exists()


def test_there_is_no_sudo_in_somebody_elses_place(begin: Callable[..., Client]) -> None:
    client = prove_factor(begin(writing=True))

    request = client.get(reverse("admin:index")).wsgi_request

    assert not has_fresh_factor(request)
    with pytest.raises(PermissionDenied, match="while acting as"):
        require_fresh_factor(request, "purge 3 organizations")


@pytest.mark.parametrize(
    "name",
    [
        "account_security",
        "account_change_password",
        "account_sudo",
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_list_webauthn",
        "admin:password_change",
    ],
)
def test_what_is_the_persons_own_is_not_even_shown(begin: Callable[..., Client], name: str) -> None:
    assert begin(writing=True).get(reverse(name)).status_code == 403


def test_the_banner_stands_on_every_kind_of_page(
    begin: Callable[..., Client], target: User
) -> None:
    client = begin()
    pages = [
        client.get(reverse("admin:index")),
        client.get(reverse("admin:accounts_user_changelist")),
        client.get(reverse("admin:accounts_user_change", args=[target.pk])),
        client.get(reverse("admin:audit_changeset_changelist")),
        client.get("/admin/accounts/user/none/change/"),
        client.get("/nowhere/at/all/"),
        client.get(reverse("invitation", args=["nobody-has-this"])),
    ]

    assert [page.status_code for page in pages][3:6] == [403, 404, 404]
    for page in pages:
        body = page.content.decode()
        assert body.count('class="qd-impersonation"') == 1, page.wsgi_request.path
        assert "Ada Lead as Ida Berg" in body
        assert "ticket 512" in body
        assert "minutes left" in body
        assert reverse("impersonation_stop") in body


def test_a_second_beginning_ends_the_first(begin: Callable[..., Client]) -> None:
    first = begin()
    begin()

    assert list(Impersonation.objects.order_by("pk").values_list("ending", flat=True)) == [
        "replaced",
        "",
    ]
    assert first.get(reverse("admin:index")).status_code == 302


def _told(user: User) -> list[str]:
    events = Event.objects.filter(kind="impersonation", target_pk=str(user.pk)).order_by("id")
    return [event.data["did"] for event in events]


def _change(organization: Any) -> str:
    return reverse("admin:organizations_organization_change", args=[organization.pk])


def _edited(organization: Any) -> dict[str, str]:
    return {
        "name": "After",
        "slug": organization.slug,
        "status": organization.status,
        "_reason": "Asked for.",
    }
