"""Histories, change sets, the audit log, its export and the way back, inside a scope."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.audit.models import ChangeSet, Verification
from apps.audit.timeline.history_scope import scope_fields
from apps.audit.timeline.models import history_models
from apps.core.scope import is_unscoped
from apps.core.trash.services import record_purge
from apps.organizations.models import Membership, Organization
from apps.organizations.services import membership_add, user_set_scope
from apps.projects.models import Task
from tests.scope.conftest import House, text


@pytest.fixture
def both(boss: User, near: House, far: House) -> ChangeSet:
    """One change set that touched a record inside and one outside."""
    with audit_context(actor=boss, reason="Renamed both", path=f"/of/{far.organization.pk}/"):
        Organization.objects.filter(pk=near.organization.pk).update(name="Inlet Renamed")
        Organization.objects.filter(pk=far.organization.pk).update(name="Faraway Renamed")
    change_set: ChangeSet = near.organization.history.first().change_set
    return change_set


def page_of(change_set: ChangeSet) -> str:
    return reverse("admin:audit_changeset_change", args=[change_set.pk])


def log(client: Client, **query: str) -> str:
    return text(client.get(reverse("admin:audit_changeset_changelist"), query))


def test_the_log_tells_what_happened_in_scope_alone(
    client: Client, near: House, far: House, both: ChangeSet
) -> None:
    shown = log(client)

    assert "Inlet Renamed" in shown
    assert far.word not in shown


def test_the_log_of_who_sees_everything_still_tells_everything(
    boss_client: Client, far: House, both: ChangeSet
) -> None:
    assert "Faraway Renamed" in log(boss_client)


@pytest.mark.parametrize(
    "query",
    [
        {"q": "Faraway"},
        {"q": "object:Faraway"},
        {"q": "after:Faraway"},
        {"q": 'before:"Faraway Shipping"'},
        {"q": "reason:Faraway"},
    ],
)
def test_no_search_of_the_log_finds_what_is_out_of_scope(
    client: Client, agent: User, near: House, far: House, both: ChangeSet, query: dict[str, str]
) -> None:
    answer = client.get(reverse("admin:audit_changeset_changelist"), query)

    assert answer.context["page"].entries == []


def test_the_log_is_not_asked_by_the_key_of_a_record_out_of_scope(
    client: Client, far: House, both: ChangeSet
) -> None:
    answer = client.get(
        reverse("admin:audit_changeset_changelist"), {"q": f"object:{far.organization.pk}"}
    )

    assert answer.context["page"].entries == []


def test_a_value_out_of_scope_has_no_name_and_is_not_searched(
    client: Client, boss: User, near: House, far: House
) -> None:
    with audit_context(actor=boss, reason="Came over"):
        Task.objects.filter(pk=far.task.pk).update(project=near.project, title="Inlet Loan")
    address = reverse("admin:projects_task_history", args=[far.task.pk])

    shown = text(client.get(address))

    assert "Inlet Loan" in shown
    assert "•••" in shown
    assert far.project.name not in shown
    found = client.get(
        reverse("admin:audit_changeset_changelist"),
        {"q": f'before:"{far.project.name}"', "field": "project"},
    )
    assert found.context["page"].entries == []


def test_a_record_goes_back_to_no_place_out_of_scope(
    client: Client, boss: User, near: House, far: House
) -> None:
    first = near.task.history.first()
    with audit_context(actor=boss, reason="Lent"):
        Task.objects.filter(pk=near.task.pk).update(project=far.project)
    away = near.task.history.first()
    with audit_context(actor=boss, reason="Given back"):
        Task.objects.filter(pk=near.task.pk).update(project=near.project)

    def revert(position: int) -> Any:
        return client.get(reverse("admin:projects_task_revert", args=[near.task.pk, position]))

    assert revert(first.history_id).status_code == 200
    assert revert(away.history_id).status_code == revert(10**9).status_code == 404


def test_the_page_of_a_mixed_change_set_counts_and_tells_what_is_in_scope(
    client: Client, both: ChangeSet, far: House
) -> None:
    answer = client.get(page_of(both))

    assert [count.total for count in answer.context["counts"]] == [1]
    assert answer.context["concealed"] == 0
    assert "Inlet Renamed" in text(answer)
    assert far.word not in text(answer)
    assert str(far.organization.pk) not in text(answer)


def test_a_change_set_out_of_scope_is_not_there(
    client: Client, boss: User, near: House, far: House
) -> None:
    with audit_context(actor=boss, reason="Elsewhere"):
        Organization.objects.filter(pk=far.organization.pk).update(name="Other")
    change_set = far.organization.history.first().change_set

    outside, nowhere = (
        client.get(page_of(change_set)),
        client.get(reverse("admin:audit_changeset_change", args=[uuid4()])),
    )

    assert outside.status_code == nowhere.status_code == 404


def test_the_export_of_the_log_holds_to_the_scope(
    client: Client, agent: User, near: House, far: House, both: ChangeSet
) -> None:
    answer = client.post(reverse("admin:audit_changeset_export"), {})

    lines = text(answer)
    assert "Inlet Renamed" in lines
    assert far.word not in lines
    assert far.word.lower() not in lines
    assert str(far.organization.pk) not in lines


def test_a_record_that_is_no_more_is_told_of_to_none_who_did_not_see_it(
    client: Client, boss: User, far: House
) -> None:
    key = far.trashed_organization.pk
    record_purge(record=far.trashed_organization, actor=boss, reason="Requested")

    for address in (
        reverse("admin:audit_changeset_record", args=["organizations.organization", key]),
        reverse("admin:organizations_organization_history", args=[key]),
    ):
        nowhere = client.get(address.replace(str(key), str(uuid4())))
        assert client.get(address).status_code == nowhere.status_code == 404


def test_an_event_is_told_with_its_record_and_to_who_did_it(
    client: Client, agent: User, boss: User, near: House, far: House
) -> None:
    record_event("export", actor=boss, target=near.organization, what="the near list")
    record_event("export", actor=boss, target=far.organization, what="the far list")
    record_event("refused", actor=boss, path="/somewhere/Faraway/", method="GET")
    record_event("refused", actor=agent, path="/my/own/", method="GET")

    shown = log(client)

    assert "the near list" in shown
    assert "/my/own/" in shown
    assert "the far list" not in shown
    assert "/somewhere/" not in shown


def test_whose_organizations_a_colleague_was_given_is_told_as_far_as_one_sees_them(
    client: Client, boss: User, near: House, far: House
) -> None:
    membership_add(organization=far.organization, user=near.person, actor=boss)
    user_set_scope(
        user=near.person,
        is_limited=True,
        organizations=[near.organization, far.organization],
        actor=boss,
        reason="Helps out",
    )

    shown = text(client.get(reverse("admin:accounts_user_history", args=[near.person.pk])))

    assert near.organization.name in shown
    assert far.word not in shown
    assert Membership.history.filter(organization_id=far.organization.pk).exists()


def test_every_history_says_what_a_limited_reader_sees_of_it() -> None:
    unsaid = [
        model._meta.label
        for model in history_models()
        if not scope_fields(model) and not is_unscoped(model)
    ]

    assert unsaid == [], "Give the queryset `scoped_by`, or call unscoped in the app's timeline.py."


def test_the_verdict_over_every_record_is_told_to_who_sees_them(
    client: Client, boss_client: Client, far: House
) -> None:
    Verification.objects.create(
        started_at=timezone.now(),
        finished_at=timezone.now(),
        whole=False,
        rows=12_345,
        problems=[{"message": f"{far.organization.name} was edited"}],
    )

    assert "was edited" in log(boss_client)
    assert far.word not in log(client) + text(client.get(reverse("admin:index")))
