"""One full record of each model that the admin shows, with every relation filled.

Full, because a relation that is empty hides the query per row that it would cost. A model's factory makes it;
SAMPLES has the models whose factory leaves relations empty, or that have none.
"""

import pkgutil
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, SolarSchedule
from factory.django import DjangoModelFactory

import tests.factories
from apps.accounts.models import Disclosure, User
from apps.audit.context import audit_context
from apps.bulk.models import BulkItem, BulkRun, Merge, MergedRow
from apps.core.models import SoftDeletableModel
from apps.core.trash.services import record_trash
from apps.organizations.models import Role
from apps.transfers.models import ExportRun, ImportRun, Upload
from tests.factories.accounts import (
    ApprovalRequestFactory,
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
)
from tests.factories.alarms import AcknowledgedAlarmFactory
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.reports import (
    ReportDeliveryFactory,
    ReportRecipientFactory,
    ReportRunFactory,
)
from tests.factories.schedules import IntervalFactory, ScheduleFactory, TaskRunFactory

_numbers = count(1)


def _user() -> Any:
    user = UserFactory(phone="+49 40 123")
    user.groups.add(RoleFactory())
    MembershipFactory(user=user)
    return user


def _organization() -> Any:
    owner = UserFactory()
    organization = OrganizationFactory(external_id=f"C-{next(_numbers)}")
    MembershipFactory(organization=organization, user=owner, role=Role.OWNER)
    organization.owner = owner
    organization.save()
    ProjectFactory(organization=organization)
    InvitationFactory(organization=organization)
    return organization


def _invitation() -> Any:
    return InvitationFactory(
        sent_at=timezone.now(), accepted_at=timezone.now(), accepted_by=UserFactory()
    )


def _project() -> Any:
    project = ProjectFactory(created_by=StaffFactory())
    TaskFactory(project=project, assignee=UserFactory())
    return project


def _task() -> Any:
    return TaskFactory(assignee=UserFactory(), due_date=timezone.localdate())


def _permission() -> Any:
    number = next(_numbers)
    return Permission.objects.create(
        name=f"Can sample {number}",
        codename=f"sample_{number}",
        content_type=ContentType.objects.get_for_model(User),
    )


def _upload() -> Any:
    return Upload.objects.create(
        name="roster.csv",
        size=12_000,
        sha256="0" * 64,
        path=f"uploads/{next(_numbers)}",
        expires_at=timezone.now() + timedelta(days=7),
        user=StaffFactory(),
    )


def _import_run() -> Any:
    return ImportRun.objects.create(
        dataset="members",
        state="failed",
        error="The file holds no rows.",
        upload=_upload(),
        user=StaffFactory(),
        confirmed_by=StaffFactory(),
    )


def _export_run() -> Any:
    return ExportRun.objects.create(
        dataset="members", state="expired", fields=["email"], rows=3, user=StaffFactory()
    )


def _bulk_run() -> Any:
    run = BulkRun.objects.create(
        action="projects.set_status",
        model="projects.Task",
        state="applied",
        query={"query": "q=harbor"},
        arguments={"status": ["done"]},
        plan={"total": 1, "change": 0, "skipped": [["Has this value already.", 1]]},
        user=StaffFactory(),
    )
    task = _task()
    BulkItem.objects.create(run=run, key=task.pk, outcome="skipped", note="Has this value already.")
    return run


def _merge() -> Any:
    kept, dropped = OrganizationFactory(), OrganizationFactory()
    merge = Merge.objects.create(
        model="organizations.Organization",
        kept=kept.pk,
        dropped=dropped.pk,
        state="undone",
        plan="0",
        reason="The same customer.",
        results={"rows": {"projects.Project": 2}, "undone": 2},
        user=StaffFactory(),
    )
    MergedRow.objects.create(merge=merge, model="projects.Project", key="1", before={})
    return merge


def _change_set() -> Any:
    with audit_context(actor=StaffFactory(), reason="Asked for by mail.", source="form"):
        organization = OrganizationFactory()
    return organization.history.get().change_set


def _interval() -> Any:
    return IntervalFactory(every=next(_numbers))


def _crontab() -> Any:
    number = next(_numbers)
    return CrontabSchedule.objects.create(minute=str(number % 60), hour=str(number // 60))


def _clock_time() -> Any:
    return ClockedSchedule.objects.create(
        clocked_time=timezone.now() + timedelta(days=next(_numbers))
    )


def _solar() -> Any:
    return SolarSchedule.objects.create(
        event="sunset", latitude=Decimal("53.5"), longitude=Decimal(next(_numbers)) / 10
    )


def _approval_request() -> Any:
    return ApprovalRequestFactory(
        state="refused", decided_at=timezone.now(), decided_by=StaffFactory()
    )


def _disclosure() -> Any:
    return Disclosure.objects.create(
        page="accounts_user_changelist", path="/admin/", people=3, user=StaffFactory()
    )


SAMPLES: dict[str, Callable[[], Any]] = {
    "accounts.Disclosure": _disclosure,
    "accounts.ApprovalRequest": _approval_request,
    "accounts.User": _user,
    "auth.Permission": _permission,
    "bulk.BulkRun": _bulk_run,
    "bulk.Merge": _merge,
    "audit.ChangeSet": _change_set,
    "django_celery_beat.ClockedSchedule": _clock_time,
    "django_celery_beat.CrontabSchedule": _crontab,
    "django_celery_beat.IntervalSchedule": _interval,
    "django_celery_beat.PeriodicTask": lambda: ScheduleFactory(interval=None, crontab=_crontab()),
    "django_celery_beat.SolarSchedule": _solar,
    "organizations.Invitation": _invitation,
    "organizations.Organization": _organization,
    "projects.Project": _project,
    "projects.Task": _task,
    "reports.ReportMailing": lambda: (
        ReportDeliveryFactory(mailing__started_by=StaffFactory()).mailing
    ),
    "reports.ReportRun": lambda: ReportRunFactory(started_by=StaffFactory()),
    "reports.ReportSubscription": lambda: ReportRecipientFactory().subscription,
    "schedules.TaskRun": lambda: TaskRunFactory(started_by=StaffFactory()),
    "schedules.Alarm": lambda: AcknowledgedAlarmFactory(told=[StaffFactory().pk]),
    "transfers.ExportRun": _export_run,
    "transfers.ImportRun": _import_run,
    "transfers.Upload": _upload,
}


def sample(model: Any) -> Any:
    """Return a full record of `model`: from SAMPLES, or from the factory that is called after it."""
    if model._meta.proxy and issubclass(model, SoftDeletableModel):
        return _trashed(model)
    make = _maker(model)
    if make is None:
        pytest.fail(
            f"Write a {model.__name__}Factory in tests/factories/{model._meta.app_label}.py.",
            pytrace=False,
        )
    return make()


def has_sample(model: Any) -> bool:
    return _maker(model) is not None


def _maker(model: Any) -> Callable[[], Any] | None:
    return SAMPLES.get(model._meta.label) or _factories().get(model)


def belonging(model: Any, **relations: Any) -> Any:
    """Return a record of `model` that belongs to others, from the model's factory."""
    make: Any = _factories()[model]
    return make(**relations)


@cache
def _factories() -> dict[Any, Callable[[], Any]]:
    """Return the factory of each model: of several the one that the others derive from."""
    found: dict[Any, Any] = {}
    for module in pkgutil.iter_modules(tests.factories.__path__):
        import_module(f"{tests.factories.__name__}.{module.name}")
    for factory in DjangoModelFactory.__subclasses__():
        found.setdefault(factory._meta.model, factory)
    return found


def _trashed(proxy: Any) -> Any:
    record = sample(proxy._meta.concrete_model)
    record_trash(record=record, actor=SuperuserFactory())
    return proxy.all_objects.get(pk=record.pk)
