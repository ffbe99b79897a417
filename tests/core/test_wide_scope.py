"""A wide scope is looked up per row, a small one is collected: both show the same."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.audit.timeline.filters import TimelineFilter
from apps.audit.timeline.history_scope import scoped
from apps.audit.timeline.positions import branches_of_all, newest
from apps.core.discovery import full_site
from apps.core.scope import is_tested_by_row, is_wide
from apps.organizations import organization_scope
from apps.organizations.models import Organization, StaffOrganization
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import InvitationFactory, MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def limited() -> Any:
    """Somebody who sees two of four organizations, each with people, projects and tasks."""
    user = StaffFactory(is_limited=True)
    user.user_permissions.set(Permission.objects.all())
    for number in range(4):
        organization = OrganizationFactory()
        for _ in range(2):
            MembershipFactory(organization=organization)
        InvitationFactory(organization=organization)
        TaskFactory(project=ProjectFactory(organization=organization))
        if number % 2:
            StaffOrganization.objects.create(user_id=user.pk, organization_id=organization.pk)
    for model in full_site()._registry:
        sample(model)
    return user


def again(user: Any, monkeypatch: pytest.MonkeyPatch, *, wide: bool) -> Any:
    monkeypatch.setattr(organization_scope, "WIDE", 0 if wide else 200)
    found = User.objects.get(pk=user.pk)
    assert is_wide(found) is wide
    return found


def test_both_show_the_same_records_of_every_model(
    limited: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, wide = (again(limited, monkeypatch, wide=each) for each in (False, True))
    compared = 0
    for model in full_site()._registry:
        manager: Any = getattr(model, "all_objects", model._default_manager).all()
        if not hasattr(manager, "for_staff"):
            continue
        seen = set(manager.for_staff(small).values_list("pk", flat=True))
        assert set(manager.for_staff(wide).values_list("pk", flat=True)) == seen, model
        compared += bool(seen)
    assert compared > 5
    assert Organization.objects.for_staff(wide).count() == 2
    assert is_tested_by_row(Organization.objects.for_staff(wide))
    assert not is_tested_by_row(Organization.objects.for_staff(small))


@pytest.mark.parametrize("filter", [TimelineFilter(), TimelineFilter(kind="created")])
def test_both_show_the_same_entries_of_the_audit_log(
    limited: Any, monkeypatch: pytest.MonkeyPatch, filter: TimelineFilter
) -> None:
    pages = []
    for is_one in (False, True):
        user = again(limited, monkeypatch, wide=is_one)
        found = newest(scoped(branches_of_all(), user), filter, before=None, limit=500, viewer=user)
        pages.append([position for position, _ in found.rows])

    assert pages[0] == pages[1]
    assert len(pages[0]) > 10
