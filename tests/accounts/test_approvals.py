"""Four eyes: what the setting lists is done only when a second person approves exactly that."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.accounts.approvals.mails import mail_request
from apps.accounts.approvals.selectors import approvals_of
from apps.accounts.approvals.services import (
    approval_approve,
    approval_ask,
    approval_refuse,
    approval_withdraw,
    approvals_sweep,
)
from apps.accounts.models import ApprovalRequest, User
from apps.accounts.services import user_set_roles
from apps.audit.context import audit_context
from apps.audit.models import Event
from apps.core.approvals import ApprovalNeeded
from apps.core.errors import DomainError, MissingPermission
from apps.core.trash.services import record_purge, records_purge, records_trash
from apps.organizations.models import Membership, Organization
from tests.at_once import at_once
from tests.factories.accounts import RoleFactory, StaffFactory, UserFactory, permission
from tests.factories.organizations import (
    MembershipFactory,
    OrganizationFactory,
    TrashedOrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory

DECIDE = "accounts.decide_approvalrequest"
PURGE = "organizations.purge_organization"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.FOUR_EYES = {"purge": 0, "roles": 0, "bulk": 3}


@pytest.fixture
def asker() -> User:
    return StaffFactory(first_name="Ines", may=[PURGE])


@pytest.fixture
def second() -> User:
    return StaffFactory(first_name="Sven", last_name="Second", may=[PURGE, DECIDE])


def _asked(asker: User, organization: Organization) -> ApprovalRequest:
    with pytest.raises(ApprovalNeeded) as needed:
        record_purge(record=organization, actor=asker)
    return approval_ask(draft=needed.value.draft, reason="They asked for it.", actor=asker)


def _exists(organization: Organization) -> bool:
    return Organization.all_objects.filter(pk=organization.pk).exists()


def test_what_is_listed_is_not_done_by_one_person_and_the_refusal_names_who_could(
    asker: User, second: User
) -> None:
    organization = TrashedOrganizationFactory()

    with pytest.raises(ApprovalNeeded, match="Sven Second can"):
        record_purge(record=organization, actor=asker)

    assert _exists(organization)
    assert not ApprovalRequest.objects.exists()


def test_what_is_not_listed_and_what_the_system_does_needs_nobody(
    asker: User, settings: Any
) -> None:
    by_system, alone = TrashedOrganizationFactory(), TrashedOrganizationFactory()

    record_purge(record=by_system, actor="command purge")
    settings.FOUR_EYES = {}
    record_purge(record=alone, actor=asker)

    assert not _exists(by_system)
    assert not _exists(alone)


def test_an_approved_request_is_done_as_the_requesters_act_with_both_names(
    asker: User, second: User
) -> None:
    organization = TrashedOrganizationFactory(name="Harbor Committee")
    MembershipFactory(organization=organization)
    request = _asked(asker, organization)

    done = approval_approve(request=request, actor=second, reason="I looked.")

    assert done.state == "approved"
    assert done.decided_by == second
    assert done.outcome == "1 organization, with 1 member, deleted for good."
    assert not _exists(organization)
    row = Organization.history.filter(id=organization.pk, history_type="-").get()  # type: ignore[attr-defined]
    assert row.history_user_id == asker.pk
    assert row.history_change_reason == "They asked for it. (approved by Sven Second)"
    event = Event.objects.get(kind="approval_decided")
    assert event.data["requester"] == str(asker)
    assert event.data["approver"] == "Sven Second"
    assert event.change_set is not None
    assert event.change_set.actor_id == second.pk


def test_it_shows_the_records_and_values_and_counts_what_goes_along(asker: User) -> None:
    organization = TrashedOrganizationFactory(name="Harbor Committee", slug="harbor")
    TaskFactory(project=ProjectFactory(organization=organization))

    request = _asked(asker, organization)

    assert request.sentence == "Delete “Harbor Committee” for good"
    (line,) = request.preview["lines"]
    assert ["slug", "harbor", "deleted"] in line["values"]
    counts = {part["name"]: part["count"] for part in request.preview["parts"]}
    assert counts["Projects"] == counts["Tasks"] == 1


def test_asking_twice_is_asking_once(asker: User) -> None:
    organization = TrashedOrganizationFactory()

    assert _asked(asker, organization) == _asked(asker, organization)
    assert ApprovalRequest.objects.count() == 1


def test_without_a_reason_nothing_is_asked(asker: User) -> None:
    with pytest.raises(ApprovalNeeded) as needed:
        record_purge(record=TrashedOrganizationFactory(), actor=asker)

    with pytest.raises(DomainError, match="A reason is required"):
        approval_ask(draft=needed.value.draft, reason="  ", actor=asker)
    assert not ApprovalRequest.objects.exists()


def test_nobody_approves_their_own_not_even_as_somebody_else(second: User) -> None:
    asker = StaffFactory(may=[PURGE, DECIDE])
    organization = TrashedOrganizationFactory()
    request = _asked(asker, organization)

    with pytest.raises(DomainError, match="your own request"):
        approval_approve(request=request, actor=asker)
    with (
        audit_context(actor=second, real_actor=asker),
        pytest.raises(DomainError, match="your own request"),
    ):
        approval_approve(request=request, actor=second)
    with (
        audit_context(actor=second, real_actor=StaffFactory()),
        pytest.raises(DomainError, match="while acting as somebody else"),
    ):
        approval_approve(request=request, actor=second)
    assert _exists(organization)
    request.refresh_from_db()
    assert request.state == "pending"


def test_who_asked_as_somebody_else_does_not_approve_as_themselves(second: User) -> None:
    asker = StaffFactory(may=[PURGE, DECIDE])
    organization = TrashedOrganizationFactory()
    with audit_context(actor=asker, real_actor=second):
        request = _asked(asker, organization)

    assert request.real_requester == second
    with pytest.raises(DomainError, match="your own request"):
        approval_approve(request=request, actor=second)
    assert _exists(organization)


def test_even_sql_cannot_make_the_two_one(asker: User) -> None:
    request = _asked(asker, TrashedOrganizationFactory())

    with pytest.raises(DatabaseError), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(decided_by=asker)
    with pytest.raises(DatabaseError), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(arguments={"keys": []})
    with pytest.raises(DatabaseError), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).delete()


@pytest.mark.parametrize("may", [[PURGE], [DECIDE], []])
def test_who_decides_needs_both_permissions(asker: User, may: list[str]) -> None:
    organization = TrashedOrganizationFactory()
    request = _asked(asker, organization)

    with pytest.raises(MissingPermission):
        approval_approve(request=request, actor=StaffFactory(may=may))
    assert _exists(organization)


def test_who_is_limited_decides_only_on_what_they_see(asker: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _asked(asker, organization)
    limited = StaffFactory(may=[PURGE, DECIDE], is_limited=True)

    with pytest.raises(DomainError, match="outside your scope"):
        approval_approve(request=request, actor=limited)
    assert not ApprovalRequest.objects.for_staff(limited).exists()
    assert _exists(organization)


@pytest.mark.parametrize("change", ["name", "member", "task", "gone"])
def test_a_change_in_between_voids_it_and_says_what_changed(
    change: str, asker: User, second: User
) -> None:
    organization = TrashedOrganizationFactory(name="Harbor")
    task = TaskFactory(project=ProjectFactory(organization=organization))
    request = _asked(asker, organization)
    if change == "name":
        Organization.all_objects.filter(pk=organization.pk).update(slug="other")
    elif change == "member":
        MembershipFactory(organization=organization)
    elif change == "task":
        type(task).all_objects.filter(pk=task.pk).update(title="Another")
    else:
        records_purge(
            records=Organization.all_objects.filter(pk=organization.pk), actor="elsewhere"
        )

    done = approval_approve(request=request, actor=second)

    assert done.state == "void"
    words = {
        "name": "slug was “organization-",
        "member": "Members: 0 were requested, now there are 1",
        "task": "Tasks: their values have changed",
        "gone": "“Harbor” no longer exists",
    }
    assert words[change] in done.outcome
    assert _exists(organization) == (change != "gone")


def test_a_sign_in_changes_nobody(second: User, settings: Any) -> None:
    role = RoleFactory(gives=["accounts.set_roles"])
    asker = StaffFactory(may=["accounts.set_roles"])
    target = UserFactory()
    with pytest.raises(ApprovalNeeded) as needed:
        user_set_roles(user=target, roles=[role], actor=asker)
    request = approval_ask(draft=needed.value.draft, reason="She stands in.", actor=asker)
    second.user_permissions.add(permission("accounts.set_roles"))
    User.objects.filter(pk=target.pk).update(last_login=timezone.now())

    assert (
        approval_approve(request=request, actor=User.objects.get(pk=second.pk)).state == "approved"
    )
    assert list(target.groups.all()) == [role]


def test_time_ends_a_request_at_the_decision_and_by_the_sweep(asker: User, second: User) -> None:
    organization, other = TrashedOrganizationFactory(), TrashedOrganizationFactory()
    late, swept = _asked(asker, organization), _asked(asker, other)
    ApprovalRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert approval_approve(request=late, actor=second).state == "expired"
    assert approvals_sweep() == (1, 0)
    swept.refresh_from_db()
    assert swept.state == "expired"
    assert _exists(organization)
    assert _exists(other)


def test_the_sweep_voids_what_changed(asker: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _asked(asker, organization)
    Organization.all_objects.filter(pk=organization.pk).update(external_id="C-9")

    assert approvals_sweep() == (0, 1)
    request.refresh_from_db()
    assert request.state == "void"


@pytest.mark.parametrize("what", ["deactivated", "permission", "scope"])
def test_a_requester_who_may_no_longer_do_it_voids_it(what: str, asker: User, second: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _asked(asker, organization)
    if what == "deactivated":
        User.objects.filter(pk=asker.pk).update(status="deactivated")
    elif what == "permission":
        asker.user_permissions.clear()
    else:
        User.objects.filter(pk=asker.pk).update(is_limited=True)

    done = approval_approve(request=request, actor=second)

    assert done.state == "void"
    assert _exists(organization)


def test_a_refusal_needs_a_reason_and_changes_nothing(asker: User, second: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _asked(asker, organization)

    with pytest.raises(DomainError, match="A reason is required"):
        approval_refuse(request=request, actor=second, reason=" ")
    done = approval_refuse(request=request, actor=second, reason="They pay until May.")

    assert done.state == "refused"
    assert done.decision_reason == "They pay until May."
    assert _exists(organization)
    with pytest.raises(DomainError, match="no longer open: refused by Sven Second"):
        approval_approve(request=request, actor=second)


def test_only_who_asked_withdraws(asker: User, second: User) -> None:
    request = _asked(asker, TrashedOrganizationFactory())

    with pytest.raises(DomainError, match="Only the requester can withdraw"):
        approval_withdraw(request=request, actor=second)
    approval_withdraw(request=request, actor=asker)

    request.refresh_from_db()
    assert request.state == "withdrawn"
    with pytest.raises(DomainError, match="no longer open"):
        approval_approve(request=request, actor=second)


def test_an_approval_covers_exactly_what_was_asked(asker: User, second: User) -> None:
    organization, other = TrashedOrganizationFactory(), TrashedOrganizationFactory()
    approval_approve(request=_asked(asker, organization), actor=second)

    with pytest.raises(ApprovalNeeded):
        record_purge(record=other, actor=asker)
    assert _exists(other)


def test_many_records_need_an_approval_and_a_few_do_not(asker: User) -> None:
    asker = StaffFactory(may=["organizations.delete_organization"])
    few = [OrganizationFactory() for _ in range(3)]
    many = [OrganizationFactory() for _ in range(4)]

    records_trash(
        records=Organization.objects.filter(pk__in=[each.pk for each in few]), actor=asker
    )
    with pytest.raises(ApprovalNeeded):
        records_trash(
            records=Organization.objects.filter(pk__in=[each.pk for each in many]),
            actor=asker,
        )
    assert Organization.objects.count() == 4


def test_who_would_gain_by_a_role_does_not_approve_it() -> None:
    role = RoleFactory(name="Lead", gives=["accounts.set_roles"])
    asker = StaffFactory(may=["accounts.set_roles", DECIDE])
    target = StaffFactory(may=["accounts.set_roles", DECIDE])
    with pytest.raises(ApprovalNeeded) as needed:
        user_set_roles(user=target, roles=[role], actor=asker)
    request = approval_ask(draft=needed.value.draft, reason="Promoted.", actor=asker)

    assert "Give" in request.sentence
    assert "the role Lead" in request.sentence
    with pytest.raises(DomainError, match="your own permissions"):
        approval_approve(request=request, actor=target)
    assert not Group.objects.filter(user=target).exists()


def test_a_role_without_such_powers_is_given_by_one_person() -> None:
    role = RoleFactory(gives=[PURGE])
    asker = StaffFactory(may=["accounts.set_roles", PURGE])
    target = UserFactory()

    user_set_roles(user=target, roles=[role], actor=asker)

    assert list(target.groups.all()) == [role]


def test_a_role_that_got_more_powers_in_between_voids_the_request(second: User) -> None:
    role = RoleFactory(gives=["accounts.set_roles"])
    asker = StaffFactory(may=["accounts.set_roles", PURGE])
    target = UserFactory()
    with pytest.raises(ApprovalNeeded) as needed:
        user_set_roles(user=target, roles=[role], actor=asker)
    request = approval_ask(draft=needed.value.draft, reason="Promoted.", actor=asker)
    role.permissions.add(permission(PURGE))
    decider = StaffFactory(may=["accounts.set_roles", DECIDE])

    assert approval_approve(request=request, actor=decider).state == "void"
    assert not target.groups.exists()


def test_where_nobody_could_decide_the_refusal_says_so(asker: User) -> None:
    with pytest.raises(ApprovalNeeded, match="the permissions “Can approve and refuse"):
        record_purge(record=TrashedOrganizationFactory(), actor=asker)


def test_an_operator_decides_only_where_nobody_else_can(asker: User) -> None:
    organization = TrashedOrganizationFactory()
    request = _asked(asker, organization)
    second = StaffFactory(first_name="Sven", last_name="Second", may=[PURGE, DECIDE])

    with pytest.raises(DomainError, match="Sven Second can"):
        approval_approve(request=request, actor="command decide_request")
    User.objects.filter(pk=second.pk).update(status="deactivated")
    done = approval_approve(request=request, actor="command decide_request", reason="On leave.")

    assert done.state == "approved"
    assert done.decision_reason == "Decided by command decide_request. On leave."
    assert not _exists(organization)


def test_those_who_can_decide_get_a_mail_and_later_who_asked(
    asker: User, second: User, django_capture_on_commit_callbacks: Any
) -> None:
    StaffFactory(may=[DECIDE])
    with django_capture_on_commit_callbacks():
        request = _asked(asker, TrashedOrganizationFactory(name="Harbor"))

    assert mail_request(request.pk) == 1
    assert mail_request(request.pk) == 0
    (asked,) = mail.outbox
    assert asked.to == [second.email]
    assert "Delete “Harbor” for good" in asked.body
    assert f"/admin/accounts/approvalrequest/{request.pk}/change/" in asked.body

    with django_capture_on_commit_callbacks():
        approval_refuse(request=request, actor=second, reason="Not yet.")
    assert mail_request(request.pk) == 1
    assert mail.outbox[1].to == [asker.email]
    assert "Not yet." in mail.outbox[1].body


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_do_it_once() -> None:
    asker = StaffFactory(may=[PURGE])
    seconds = [StaffFactory(may=[PURGE, DECIDE]) for _ in range(2)]
    organization = TrashedOrganizationFactory()
    MembershipFactory(organization=organization)
    request = _asked(asker, organization)

    ended = at_once(
        [lambda who=who: approval_approve(request=request, actor=who) for who in seconds]
    )

    assert sorted(ended) == ["DomainError", "done"]
    assert not _exists(organization)
    assert Event.objects.filter(kind="approval_decided").count() == 1
    assert not Membership.objects.filter(organization=organization.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_change_at_once_do_not_pass_each_other() -> None:
    asker, second = StaffFactory(may=[PURGE]), StaffFactory(may=[PURGE, DECIDE])
    organization = TrashedOrganizationFactory()
    project = ProjectFactory(organization=organization)
    request = _asked(asker, organization)

    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE projects_project SET description = 'new' WHERE id = %s", [project.pk]
            )

    ended = at_once([lambda: approval_approve(request=request, actor=second), change])

    assert ended == ["done", "done"]
    request.refresh_from_db()
    # Either it was approved before the change came, or the change made it void; never in between.
    assert (request.state == "approved") != _exists(organization)
    assert request.state in ("approved", "void")


def test_who_asks_why_something_is_refused_is_told_which_approval_it_needs(second: User) -> None:
    asker = StaffFactory(may=[PURGE])

    (purge,) = approvals_of(PURGE, asker)
    (trash,) = approvals_of("organizations.delete_organization", asker)

    assert (purge.kind, purge.alone_up_to) == ("organizations.purge_organization", 0)
    assert purge.people == [second]
    assert "needs a second person's approval. Sven Second can." in purge.sentence
    assert (trash.kind, trash.alone_up_to) == ("organizations.trash_organization", 3)
    assert trash.people == []
    assert "Nobody else can at the moment" in trash.sentence
    assert approvals_of("organizations.view_organization", asker) == []


class TestInSomebodysPlace:
    """A request that was made while acting as somebody else is both people's."""

    @pytest.fixture
    def lead(self) -> User:
        writing = ["accounts.impersonate_user", "accounts.impersonate_and_write", PURGE]
        lead: User = StaffFactory(first_name="Lena", may=writing)
        return lead

    @pytest.fixture
    def request_of_both(self, asker: User, second: User, lead: User) -> ApprovalRequest:
        with audit_context(actor=asker, real_actor=lead):
            return _asked(asker, TrashedOrganizationFactory())

    def test_what_is_done_names_both(
        self, request_of_both: ApprovalRequest, second: User, asker: User, lead: User
    ) -> None:
        (key,) = request_of_both.arguments["keys"]

        done = approval_approve(request=request_of_both, actor=second)

        assert done.state == "approved"
        change_set = Organization.history.filter(id=key).latest().change_set
        assert (change_set.actor_id, change_set.real_actor_id) == (asker.pk, lead.pk)

    @pytest.mark.parametrize("name", ["accounts.impersonate_and_write", ""])
    def test_it_is_void_when_they_can_no_longer_act_so(
        self, request_of_both: ApprovalRequest, second: User, lead: User, name: str
    ) -> None:
        if name:
            lead.user_permissions.remove(permission(name))
        else:
            User.objects.filter(pk=lead.pk).update(status=User.Status.DEACTIVATED)

        ended = approval_approve(request=request_of_both, actor=second)

        assert ended.state == "void"
        assert "Lena" in ended.outcome
        assert Organization.all_objects.filter(pk=request_of_both.arguments["keys"][0]).exists()


def test_who_has_lost_the_right_meanwhile_refuses_nothing(asker: User, second: User) -> None:
    request = _asked(asker, TrashedOrganizationFactory())
    assert second.has_perm(DECIDE)
    User.objects.get(pk=second.pk).user_permissions.remove(permission(DECIDE))

    with pytest.raises(MissingPermission):
        approval_refuse(request=request, actor=second, reason="No.")

    request.refresh_from_db()
    assert request.state == "pending"
