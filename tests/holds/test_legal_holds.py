"""What is under legal hold: nothing deletes it, by whatever way, until somebody lifts the hold."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from apps.accounts.anonymization.services import user_anonymize
from apps.core.errors import DomainError
from apps.core.trash import moves
from apps.core.trash.services import record_purge, record_trash
from apps.holds.guarded import guarded_models, holding_paths
from apps.holds.models import LegalHold
from apps.holds.selectors import is_held
from apps.holds.services import legal_hold_lift, legal_hold_set
from apps.organizations.models import Invitation, Membership, Organization
from apps.organizations.services.memberships import membership_remove
from apps.projects.models import Project, Task
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory, sudo_client
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories.projects import TaskFactory

pytestmark = pytest.mark.django_db
REASON = "Litigation 24-118."


def held(record: Any) -> LegalHold:
    return legal_hold_set(record=record, reason=REASON, actor=SuperuserFactory())


def refused(act: Callable[[], object]) -> None:
    """Expect the database to refuse, with the sentence that people read."""
    with pytest.raises((IntegrityError, DomainError), match="legal hold"), transaction.atomic():
        act()


def delete_by_sql(record: Any) -> None:
    with connection.cursor() as cursor:
        table = record._meta.db_table
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [record.pk])  # noqa: S608


def everything() -> tuple[Organization, list[Any]]:
    """Return an organization with one record of each guarded model below it."""
    task = TaskFactory()
    organization = task.project.organization
    invitation = InvitationFactory(organization=organization)
    membership = MembershipFactory(organization=organization)
    below = [task, task.project, invitation, membership]
    assert {type(each) for each in below} == {
        model for model in guarded_models() if holding_paths(model)
    }
    return organization, below


def test_sql_deletes_neither_a_held_record_nor_what_belongs_to_it() -> None:
    organization, below = everything()
    other, _ = everything()
    hold = held(organization)

    for record in [*below, organization]:
        refused(lambda record=record: delete_by_sql(record))  # type: ignore[misc]
    # A record that is moved away could be deleted there.
    refused(lambda: Project.all_objects.update(organization=other))
    refused(
        lambda: Membership.all_objects.filter(organization=organization).update(organization=other)
    )
    refused(lambda: Organization.all_objects.filter(pk=organization.pk).hard_delete())
    refused(lambda: moves.purge(Organization.all_objects.all()))
    # A hold is not deleted either.
    with pytest.raises(IntegrityError, match="only be lifted"), transaction.atomic():
        LegalHold.objects.all().delete()
    with pytest.raises(IntegrityError, match="only be lifted"), transaction.atomic():
        LegalHold.objects.update(subject_id=other.pk)

    moves.purge(Organization.all_objects.filter(pk=other.pk))
    legal_hold_lift(hold=hold, reason="Settled.", actor=SuperuserFactory())
    moves.purge(Organization.all_objects.all())
    assert not Organization.all_objects.exists()
    hold.refresh_from_db()
    with pytest.raises(IntegrityError, match="only be lifted"), transaction.atomic():
        LegalHold.objects.update(lifted_at=None, lifted_by=None)


def test_a_hold_below_keeps_what_contains_it() -> None:
    organization, (task, project, invitation, membership) = everything()
    for record in (task, project, invitation, membership.user):
        hold = held(record)
        assert Organization.objects.filter(is_held(Organization)).get() == organization
        refused(lambda: moves.purge(Organization.all_objects.filter(pk=organization.pk)))
        legal_hold_lift(hold=hold, reason="Settled.", actor=SuperuserFactory())
    assert not Organization.objects.filter(is_held(Organization)).exists()
    assert not Task.objects.filter(is_held(Task)).exists()


def test_services_refuse_in_a_sentence() -> None:
    root = SuperuserFactory()
    organization, (_, project, _, membership) = everything()
    hold = held(organization)

    record_trash(record=project, actor=root, reason="Over.")
    with pytest.raises(DomainError, match="under legal hold"):
        record_purge(record=project, actor=root, reason="Over.")
    with pytest.raises(DomainError, match="under legal hold"):
        membership_remove(membership=membership, actor=root)
    with pytest.raises(DomainError, match="already under legal hold"):
        held(organization)
    with pytest.raises(DomainError, match="under legal hold"):
        user_anonymize(user=membership.user, actor=root, reason="Asked for it.")
    legal_hold_lift(hold=hold, reason="Settled.", actor=root)
    with pytest.raises(DomainError, match="already lifted"):
        legal_hold_lift(hold=hold, reason="Settled.", actor=root)


def test_the_data_of_a_held_person_stays() -> None:
    root, person = SuperuserFactory(), UserFactory()
    hold = held(person)

    with pytest.raises(DomainError, match="under legal hold"):
        user_anonymize(user=person, actor=root, reason="Asked for it.")
    refused(
        lambda: (
            type(person)
            .objects.filter(pk=person.pk)
            .update(email="x@anonymous.invalid", status="deactivated", phone="")
        )
    )
    legal_hold_lift(hold=hold, reason="Settled.", actor=root)
    user_anonymize(user=person, actor=root, reason="Asked for it.")


def test_pages_set_show_and_lift_a_hold() -> None:
    organization, (_, project, _, membership) = everything()
    client = sudo_client(SuperuserFactory())
    page = reverse("admin:organizations_organization_change", args=[organization.pk])
    url = reverse("admin:organizations_organization_set_legal_hold", args=[organization.pk])

    assert "Set legal hold" in client.get(page).content.decode()
    assert client.post(url, {"reason": REASON}).status_code == 302

    for model, record in (
        ("organizations_organization", organization),
        ("projects_project", project),
    ):
        shown = client.get(reverse(f"admin:{model}_change", args=[record.pk])).content.decode()
        assert REASON in shown
        listed = client.get(reverse(f"admin:{model}_changelist")).content.decode()
        assert 'qd-label warning">Legal hold' in listed
    assert "Lift legal hold" in client.get(page).content.decode()
    holds = client.get(reverse("admin:holds_legalhold_changelist")).content.decode()
    assert organization.name in holds
    # The page that deletes a member says why not.
    removal = reverse("admin:organizations_membership_delete", args=[membership.pk])
    answer = client.post(removal, {"reason": "Left."})
    assert answer.status_code == 409
    assert "under legal hold" in answer.content.decode()

    lift = reverse("admin:organizations_organization_lift_legal_hold", args=[organization.pk])
    assert client.post(lift, {"reason": "Settled."}).status_code == 302
    hold = LegalHold.objects.get()
    assert (hold.is_active, hold.lift_reason) == (False, "Settled.")
    history: Any = LegalHold.history
    assert [row.history_type for row in history.order_by("history_id")] == ["+", "~"]
    timeline = client.get(
        reverse("admin:organizations_organization_history", args=[organization.pk])
    )
    assert "put it under legal hold" in timeline.content.decode()


def test_only_those_who_may_and_see_the_record_set_and_lift() -> None:
    organization = OrganizationFactory()
    viewer = StaffFactory(may=["organizations.view_organization", "holds.view_legalhold"])
    client = sudo_client(viewer)
    url = reverse("admin:organizations_organization_set_legal_hold", args=[organization.pk])
    assert client.post(url, {"reason": REASON}).status_code == 403

    limited = StaffFactory(
        may=["organizations.view_organization", "holds.set_legalhold", "holds.lift_legalhold"],
        is_limited=True,
    )
    with pytest.raises(DomainError, match="outside your scope"):
        legal_hold_set(record=organization, reason=REASON, actor=limited)
    hold = held(organization)
    with pytest.raises(DomainError, match="outside your scope"):
        legal_hold_lift(hold=hold, reason="Mine.", actor=limited)
    assert not LegalHold.objects.for_staff(limited).exists()
    assert not Invitation.objects.exists()
