"""The trash is emptied after a notice: told once, deleted once, and never what is held or restored."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from apps.core.queued_mails import queued_mails_send
from apps.core.trash.services import record_trash, records_restore
from apps.holds.services import legal_hold_lift, legal_hold_set
from apps.organizations.models import Organization
from apps.projects.models import Project, Task
from apps.retention.models import TrashNotice
from apps.retention.services import trash_announce, trash_empty
from apps.retention.tasks import empty_trash
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def days(settings: Any) -> None:
    settings.TRASH_DAYS, settings.TRASH_NOTICE_DAYS = 30, 5


def move(record: Any, by: Any) -> None:
    record_trash(record=record, actor=by, reason="Closed.")


def later(**passed: float) -> None:
    """Let time pass for everything in the trash, and for the notices."""
    span = timedelta(**passed)
    for model in (Organization, Project):
        for record in model.all_objects.in_trash():
            model.all_objects.filter(pk=record.pk).update(deleted_at=record.deleted_at - span)
    for notice in TrashNotice.objects.all():
        TrashNotice.objects.filter(pk=notice.pk).update(told_at=notice.told_at - span)


def sent() -> list[Any]:
    queued_mails_send()
    found, mail.outbox = list(mail.outbox), []
    return found


def test_people_are_told_once_and_then_it_is_deleted_once() -> None:
    ada, ben = SuperuserFactory(), SuperuserFactory()
    task = TaskFactory()
    organization, alone = task.project.organization, ProjectFactory()
    stays = OrganizationFactory()
    for record, by in ((organization, ada), (alone, ben), (stays, ben)):
        move(record, by)

    later(days=24)
    empty_trash()
    assert sent() == []
    later(days=1)
    empty_trash()
    told = {message.to[0]: message for message in sent()}
    assert set(told) == {ada.email, ben.email}
    assert "1 organization in the trash will be deleted" in told[ada.email].subject
    # The project went along with its organization.
    assert task.project.name not in told[ada.email].body
    assert stays.name in told[ben.email].body
    assert alone.name in told[ben.email].body
    empty_trash()
    assert sent() == []

    records_restore(records=Organization.all_objects.filter(pk=stays.pk), actor=ben)
    later(days=4.9)
    assert sum(trash_empty().values()) == 0
    later(days=0.2)
    assert empty_trash() == "1 organization and 1 project deleted for good, 0 people told."
    assert empty_trash() == "Nothing deleted for good, 0 people told."
    assert list(Organization.all_objects.exclude(pk=alone.organization_id)) == [stays]
    assert not Project.all_objects.exists()
    assert not Task.all_objects.exists()
    history: Any = Organization.history
    row = history.filter(id=organization.pk).latest("history_id")
    assert (row.history_type, row.history_change_reason) == ("-", "In the trash for 30 days.")


def test_what_is_old_already_is_not_deleted_before_people_had_their_days() -> None:
    project = ProjectFactory()
    move(project, SuperuserFactory())
    later(days=400)

    empty_trash()
    later(days=4)
    empty_trash()
    assert Project.all_objects.exists()
    # Restored and moved again, it is told again.
    records_restore(records=Project.all_objects.all(), actor=SuperuserFactory())
    move(project, SuperuserFactory())
    later(days=29)
    assert trash_announce() == 1
    assert trash_announce() == 0
    assert sum(trash_empty().values()) == 0


def test_a_legal_hold_stops_the_clock() -> None:
    root, project = SuperuserFactory(), ProjectFactory()
    move(project, root)
    hold = legal_hold_set(record=project, reason="Litigation.", actor=root)
    later(days=60)
    assert trash_announce() == 0
    legal_hold_lift(hold=hold, reason="Settled.", actor=root)
    assert trash_announce() == 1
    later(days=6)
    hold = legal_hold_set(record=project.organization, reason="Litigation.", actor=root)
    assert sum(trash_empty().values()) == 0
    client = sudo_client(root)
    listed = client.get(reverse("admin:projects_trashedproject_changelist")).content.decode()
    assert "Not while it is held" in listed
    legal_hold_lift(hold=hold, reason="Settled.", actor=root)
    assert sum(trash_empty().values()) == 1


def test_the_trash_says_the_day_and_nobody_is_told_of_what_they_do_not_see(settings: Any) -> None:
    may = ["projects.view_project", "projects.delete_project"]
    mover, project = StaffFactory(may=may), ProjectFactory()
    move(project, mover)
    later(days=27)
    client = sudo_client(SuperuserFactory())
    url = reverse("admin:projects_trashedproject_change", args=[project.pk])
    day = timezone.localdate() + timedelta(days=5)
    assert f"{day:%b %-d, %Y}" in client.get(url).content.decode()

    type(mover).objects.filter(pk=mover.pk).update(is_limited=True)
    assert trash_announce() == 1
    assert sent() == []
    settings.TRASH_DAYS = 0
    later(days=100)
    assert empty_trash() == "The trash keeps everything, as TRASH_DAYS is 0."
    assert Project.all_objects.exists()
    assert "Never" in client.get(url).content.decode()
