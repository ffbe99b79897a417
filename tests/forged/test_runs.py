"""Runs and files of somebody else, and rights that are taken away while the work is on its way."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.errors import DomainError, MissingPermission
from apps.reports.services import report_run_start
from apps.schedules.services import schedule_run_now
from apps.transfers.models import ExportRun, ImportRun
from apps.transfers.services import import_run_undo
from tests.factories.accounts import StaffFactory, prove_factor
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db

EVERY_PAGE_OF_A_RUN = ["file", "columns", "check", "apply", "cancel", "reason"]


def _all_permissions_but(*codes: str) -> User:
    """Return somebody who may everything but these."""
    user = StaffFactory()
    left_out = {code.partition(".")[2] for code in codes}
    user.user_permissions.set(Permission.objects.exclude(codename__in=left_out))
    return user


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return prove_factor(client)


@pytest.mark.parametrize("page", EVERY_PAGE_OF_A_RUN)
def test_somebody_else_s_import_is_not_there(page: str) -> None:
    run = sample(ImportRun)
    client = _client(_all_permissions_but())
    url = reverse(f"admin:transfers_importrun_{page}", args=[run.pk])

    assert client.post(url, {"upload": str(run.upload_id)}).status_code == 403
    run.refresh_from_db()
    assert run.state == "failed"


@pytest.mark.parametrize("page", ["download", "progress"])
def test_somebody_else_s_export_is_not_there(page: str) -> None:
    run = sample(ExportRun)

    url = reverse(f"admin:transfers_exportrun_{page}", args=[run.pk])

    assert _client(_all_permissions_but()).get(url).status_code == 403


NAMED = [
    ("transfers.import_data", "admin:transfers_importrun_new", None),
    ("transfers.export_data", "admin:organizations_organization_export", None),
    ("transfers.undo_import", "admin:transfers_importrun_undo", "transfers.ImportRun"),
    ("audit.view_auditlog", "admin:audit_changeset_changelist", None),
    ("audit.export_auditlog", "admin:audit_changeset_export", None),
    ("audit.revert_record", "admin:organizations_organization_revert", "revert"),
    (
        "organizations.restore_organization",
        "admin:organizations_trashedorganization_restore",
        "organizations.TrashedOrganization",
    ),
    (
        "organizations.purge_organization",
        "admin:organizations_trashedorganization_purge",
        "organizations.TrashedOrganization",
    ),
    (
        "projects.restore_project",
        "admin:projects_trashedproject_restore",
        "projects.TrashedProject",
    ),
    ("projects.purge_project", "admin:projects_trashedproject_purge", "projects.TrashedProject"),
    ("flags.flip_flag", "admin:flags_flag_turn_on", "flags.Flag"),
    (
        "schedules.run_task",
        "admin:django_celery_beat_periodictask_run_now",
        "django_celery_beat.PeriodicTask",
    ),
    ("accounts.set_roles", "admin:accounts_user_set_roles", "accounts.User"),
    ("accounts.set_scope", "admin:accounts_user_set_scope", "accounts.User"),
    ("accounts.impersonate_user", "admin:accounts_user_impersonate", "accounts.User"),
    ("accounts.anonymize_user", "admin:accounts_user_anonymize", "accounts.User"),
]


@pytest.mark.parametrize(("permission", "name", "about"), NAMED, ids=[entry[0] for entry in NAMED])
def test_who_may_everything_but_one_thing_is_refused_that_one(
    permission: str, name: str, about: str | None
) -> None:
    from django.apps import apps

    client = _client(_all_permissions_but(permission))
    arguments: list[Any] = []
    if about == "revert":
        record = sample(apps.get_model("organizations.Organization"))
        arguments = [record.pk, record.history.latest().pk]
    elif about:
        arguments = [sample(apps.get_model(about)).pk]

    answer = client.post(reverse(name, args=arguments), {"reason": "Forged.", "typed": "forged"})

    assert answer.status_code == 403
    assert permission in answer.content.decode()


def test_subscribing_to_a_report_is_a_permission_of_its_own() -> None:
    client = _client(_all_permissions_but("reports.subscribe_report"))

    answer = client.post(
        reverse("admin:reports_reportrun_subscription", args=["weekly"]), {"wanted": "yes"}
    )

    assert answer.status_code == 403


def test_the_services_ask_for_the_same_permissions() -> None:
    from django_celery_beat.models import PeriodicTask

    run, schedule = sample(ImportRun), sample(PeriodicTask)

    with pytest.raises((MissingPermission, DomainError), match=r"transfers\.undo_import"):
        import_run_undo(run=run, reason="", actor=_all_permissions_but("transfers.undo_import"))
    with pytest.raises((MissingPermission, DomainError), match=r"schedules\.run_task"):
        schedule_run_now(schedule=schedule, actor=_all_permissions_but("schedules.run_task"))
    with pytest.raises((MissingPermission, DomainError), match=r"reports\.view_report"):
        report_run_start(
            report="weekly",
            params={},
            format="csv",
            source="page",
            actor=_all_permissions_but("reports.view_report"),
        )
