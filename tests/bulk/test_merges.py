"""Two organizations or two people are merged: what moves, what collides, what is refused, and the undo."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import ChangeSet
from apps.bulk.checks import check_merges
from apps.bulk.engine.merge_driver import advance_merge
from apps.bulk.merge_rules import MERGE_RELATIONS
from apps.bulk.models import Merge
from apps.organizations.models import Invitation, Membership, Organization
from apps.projects.models import Project, Task
from tests.bulk.lists import client_of, client_who_may, people
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db
ORGANIZATIONS = [
    "organizations.view_organization",
    "organizations.change_organization",
    "organizations.merge_organization",
    "bulk.view_merge",
]
PEOPLE = [
    "accounts.view_user",
    "accounts.change_user",
    "accounts.merge_user",
    "accounts.view_personal_data",
    "bulk.view_merge",
]


def url_of(kept: Any, dropped: Any) -> str:
    opts = kept._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_merge"
    return f"{reverse(name, args=[kept.pk])}?other={dropped.pk}"


def merged(client: Client, kept: Any, dropped: Any, take: tuple[str, ...] = ()) -> Any:
    url = url_of(kept, dropped)
    plan = client.get(url).context["preview"].digest
    return client.post(url, {"plan": plan, "take": list(take), "reason": "The same customer."})


def undone(client: Client, merge: Merge) -> Merge:
    client.post(reverse("admin:bulk_merge_undo", args=[merge.pk]), {"reason": "By mistake."})
    merge.refresh_from_db()
    return merge


def state() -> dict[str, Any]:
    """Return all that a merge may touch, by key."""
    return {
        model.__name__: {row["id"]: row for row in model._base_manager.values()}
        for model in (Organization, User, Membership, Invitation, Project, Task)
    }


def test_two_organizations_become_one_and_an_undo_gives_both_back() -> None:
    kept = OrganizationFactory(name="Harbor", external_id="")
    dropped = OrganizationFactory(name="Harbor Ltd", external_id="H-7")
    owner, both, boss = UserFactory(), UserFactory(), UserFactory()
    MembershipFactory(organization=kept, user=owner, role="owner")
    MembershipFactory(organization=kept, user=both, role="viewer")
    MembershipFactory(organization=dropped, user=both, role="admin")
    MembershipFactory(organization=dropped, user=boss, role="owner")
    Organization.objects.filter(pk=dropped.pk).update(owner=boss)
    ProjectFactory(organization=kept, name="Roof")
    roof, _ = (ProjectFactory(organization=dropped, name=name) for name in ("Roof", "Cellar"))
    TaskFactory(project=roof)
    invited = InvitationFactory(organization=kept, email="same@example.org")
    needless = InvitationFactory(organization=dropped, email="same@example.org")
    new = InvitationFactory(organization=dropped, email="new@example.org")
    clerk = StaffFactory(may=ORGANIZATIONS)
    client = client_of(clerk)
    before = state()
    body = client.get(url_of(kept, dropped)).content.decode()
    for told in ("2 members", "2 projects", "“Roof”", "1 gets one", "1 of them is revoked", "H-7"):
        assert told in body, told
    assert state() == before

    assert merged(client, kept, dropped, ("external_id",)).status_code == 302

    merge = Merge.objects.get()
    assert merge.state == "merged"
    roles = dict(Membership.objects.filter(organization=kept).values_list("user", "role"))
    assert roles == {owner.pk: "owner", both.pk: "admin", boss.pk: "owner"}
    names = set(Project.objects.filter(organization=kept).values_list("name", flat=True))
    assert names == {"Roof", "Roof (Harbor Ltd)", "Cellar"}
    states = dict(Invitation.objects.filter(organization=kept).values_list("pk", "state"))
    assert states == {invited.pk: "pending", needless.pk: "revoked", new.pk: "pending"}
    kept.refresh_from_db()
    assert kept.external_id == "H-7"
    assert Organization.all_objects.get(pk=dropped.pk).is_deleted
    (change_set,) = ChangeSet.objects.filter(run_kind="merge")
    assert (change_set.actor_id, change_set.reason) == (clerk.pk, "The same customer.")
    page = client.get(reverse("admin:bulk_merge_change", args=[merge.pk])).content.decode()
    assert "Undo the merge" in page

    assert undone(client, merge).state == "undone"
    assert state() == before


def test_an_undo_keeps_what_somebody_changed_since() -> None:
    kept, dropped = OrganizationFactory(), OrganizationFactory()
    one, other = (ProjectFactory(organization=dropped) for _ in range(2))
    client = client_who_may(ORGANIZATIONS)
    merged(client, kept, dropped)
    Project.objects.filter(pk=one.pk).update(description="Mine now.")

    merge = undone(client, Merge.objects.get())

    assert merge.state == "undone_in_part"
    assert merge.results["left"] == 1
    assert set(Project.objects.filter(organization=kept)) == {one}
    assert set(Project.objects.filter(organization=dropped)) == {other}


def test_two_people_become_one_and_an_undo_gives_both_back() -> None:
    kept = UserFactory(first_name="Ada", phone="")
    dropped = UserFactory(first_name="Ada", phone="+49 30 1234567")
    shared, own = OrganizationFactory(), OrganizationFactory()
    MembershipFactory(organization=shared, user=kept, role="viewer")
    MembershipFactory(organization=shared, user=dropped, role="owner")
    MembershipFactory(organization=own, user=dropped, role="owner")
    Organization.objects.filter(pk__in=[shared.pk, own.pk]).update(owner=dropped)
    task = TaskFactory(assignee=dropped)
    client = client_who_may(PEOPLE)
    before = state()

    assert merged(client, kept, dropped, ("phone",)).status_code == 302

    kept.refresh_from_db()
    dropped.refresh_from_db()
    task.refresh_from_db()
    assert (kept.phone, dropped.status) == ("+49 30 1234567", "deactivated")
    assert task.assignee == kept
    roles = dict(Membership.objects.filter(user=kept).values_list("organization", "role"))
    assert roles == {shared.pk: "owner", own.pk: "owner"}
    assert not Membership.all_objects.filter(user=dropped).exists()
    assert set(Organization.objects.filter(owner=kept)) == {shared, own}

    assert undone(client, Merge.objects.get()).state == "undone"
    assert state() == before


def test_what_changed_after_the_preview_is_shown_again() -> None:
    kept, dropped = OrganizationFactory(), OrganizationFactory()
    client = client_who_may(ORGANIZATIONS)
    url = url_of(kept, dropped)
    plan = client.get(url).context["preview"].digest
    ProjectFactory(organization=dropped)

    answer = client.post(url, {"plan": plan, "reason": "The same customer."})

    assert answer.status_code == 409
    assert "Something changed after this page was shown." in answer.content.decode()
    assert not Merge.objects.exists()


def test_colleagues_and_ones_own_account_are_not_merged() -> None:
    clerk = StaffFactory(may=PEOPLE)
    client = client_of(clerk)
    colleague, person = StaffFactory(may=["accounts.view_user"]), UserFactory()
    for kept, dropped in ((person, colleague), (colleague, person), (clerk, person)):
        page = client.get(url_of(kept, dropped))
        assert page.context["preview"].obstacles
        assert merged(client, kept, dropped).status_code == 409
    assert not Merge.objects.exists()


def test_who_may_not_merge_gets_nothing() -> None:
    kept, dropped = OrganizationFactory(), OrganizationFactory()
    client = client_who_may([each for each in ORGANIZATIONS if "merge_org" not in each])
    assert client.get(url_of(kept, dropped)).status_code == 403
    assert client.post(url_of(kept, dropped), {"reason": "x", "plan": ""}).status_code == 403


def test_many_rows_are_moved_by_a_worker() -> None:
    kept, dropped = OrganizationFactory(), OrganizationFactory()
    Membership.objects.bulk_create(
        Membership(organization=dropped, user=person) for person in people(1_100)
    )
    client = client_who_may(ORGANIZATIONS)

    merged(client, kept, dropped)
    merge = Merge.objects.get()
    assert merge.state == "merging"
    assert not kept.memberships.exists()
    advance_merge(merge.pk)

    merge.refresh_from_db()
    assert (merge.state, kept.memberships.count()) == ("merged", 1_100)
    undone(client, merge)
    advance_merge(merge.pk)
    merge.refresh_from_db()
    assert (merge.state, dropped.memberships.count()) == ("undone", 1_100)


def test_many_rows_need_a_second_person_where_the_setting_says_so(settings: Any) -> None:
    settings.FOUR_EYES = {"bulk": 1}
    kept, dropped = OrganizationFactory(), OrganizationFactory()
    ProjectFactory(organization=dropped)
    ProjectFactory(organization=dropped)
    client = client_who_may(ORGANIZATIONS)
    assert merged(client, kept, dropped).status_code == 409
    url = url_of(kept, dropped)
    plan = client.get(url).context["preview"].digest
    asked = client.post(url, {"plan": plan, "reason": "The same.", "_ask": "1"})
    assert asked.status_code == 302
    assert not Merge.objects.exists()
    second = client_who_may(
        [*ORGANIZATIONS, "accounts.decide_approvalrequest", "accounts.view_approvalrequest"]
    )

    second.post(asked["Location"].replace("/change/", "/approve/"), {"reason": "Fine."})

    assert Merge.objects.get().state == "merged"
    assert kept.projects.count() == 2


@pytest.mark.parametrize("source", ["projects.Task.assignee", "organizations.Membership.user"])
def test_a_relation_that_nobody_declared_is_refused(source: str) -> None:
    kept, dropped = UserFactory(), UserFactory()
    client = client_who_may(PEOPLE)
    plan = client.get(url_of(kept, dropped)).context["preview"].digest

    with MERGE_RELATIONS.changed(without=[f"{source} to accounts.User"]):
        (error,) = check_merges()
        answer = client.post(url_of(kept, dropped), {"plan": plan, "reason": "Twice."})

    assert source in error.msg
    assert answer.status_code == 302
    assert not Merge.objects.exists()
    assert not check_merges()
