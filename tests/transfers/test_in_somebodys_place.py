"""What is imported and exported while impersonating carries both names."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import Disclosure, User
from apps.audit.context import audit_context
from apps.organizations.models import Membership, Organization
from apps.reports.models import ReportRun
from apps.schedules.models import TaskRun
from apps.transfers.engine.export.driver import advance as advance_export
from apps.transfers.models import ExportRun
from apps.transfers.services import export_stream
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.organizations import MembershipFactory
from tests.forms import save
from tests.transfers.wizard import applied_run, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    lead = StaffFactory(first_name="Lea", last_name="Lead")
    lead.user_permissions.set(Permission.objects.all())
    return lead


@pytest.fixture
def acting(lead: User, agent: User) -> Client:
    """The browser of the lead, who acts as the agent."""
    client = sudo_client(lead)
    client.post(
        reverse("admin:accounts_user_impersonate", args=[agent.pk]),
        {"reason": "She is away, ticket 12.", "may_write": "on"},
    )
    return client


def test_history_names_who_acted_and_in_whose_place(
    acting: Client, lead: User, agent: User, harbor: Organization
) -> None:
    run = applied_run(
        acting,
        "E-mail,First,Last,Committee,Position\nnew@example.org,New,One,Harbor Finance,member\n",
    )

    assert (run.user, run.real_user) == (agent, lead)
    written = Membership.objects.get(organization=harbor).history.latest()
    change_set = written.change_set
    assert (change_set.actor_id, change_set.real_actor_id) == (agent.pk, lead.pk)
    both = f"{lead} as {agent}"
    for page in ("", "?tab=log"):
        assert both in text(acting.get(f"{url('change', run)}{page}"))
    assert both in text(acting.get(reverse("admin:transfers_importrun_changelist")))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_names_both_in_its_record_and_on_its_pages(
    acting: Client, lead: User, agent: User, harbor: Organization, format: str
) -> None:
    MembershipFactory(organization=harbor)
    answer = acting.post(
        reverse("admin:organizations_membership_export"),
        {"fields_chosen": ["role"], "format": format},
    )
    if answer.streaming:
        b"".join(answer.streaming_content)
    run = ExportRun.objects.get()
    advance_export(run.pk)

    assert (run.user, run.real_user) == (agent, lead)
    both = f"{lead} as {agent}"
    assert both in text(acting.get(reverse("admin:transfers_exportrun_change", args=[run.pk])))
    assert both in text(acting.get(reverse("admin:transfers_exportrun_changelist")))


def test_the_personal_data_access_log_names_both_for_a_file(
    lead: User, harbor: Organization
) -> None:
    MembershipFactory(organization=harbor)
    deputy = SuperuserFactory()
    with audit_context(actor=deputy, real_actor=lead):
        _, content = export_stream(dataset="members", fields=["email"], actor=deputy)
    b"".join(content)

    look = Disclosure.objects.get(page="export of members")
    assert (look.user, look.real_user) == (deputy, lead)


def test_an_export_is_not_written_once_the_impersonator_may_no_longer_act_for_the_person(
    acting: Client, lead: User, harbor: Organization
) -> None:
    acting.post(
        reverse("admin:organizations_membership_export"),
        {"fields_chosen": ["role"], "format": "xlsx"},
    )
    User.objects.filter(pk=lead.pk).update(status="deactivated")

    queued = ExportRun.objects.get()
    assert (queued.real_user, queued.state) == (lead, ExportRun.State.QUEUED)
    run = advance_export(queued.pk)

    assert run is not None
    assert run.state == ExportRun.State.FAILED
    assert "is deactivated" in run.error


def test_a_report_and_a_scheduled_task_name_both(acting: Client, lead: User, agent: User) -> None:
    agent.user_permissions.set(Permission.objects.all())
    both = f"{lead} as {agent}"

    acting.post(reverse("admin:reports_reportrun_download", args=["weekly", "csv"]))
    schedule = PeriodicTask.objects.filter(task__startswith="apps.").first()
    run = run_now(acting, schedule)

    report = ReportRun.objects.get()
    assert (report.started_by, report.real_started_by) == (agent, lead)
    assert (run.started_by, run.real_started_by) == (agent, lead)
    for name in ("reports_reportrun", "schedules_taskrun"):
        assert both in text(acting.get(reverse(f"admin:{name}_changelist"))), name


def run_now(client: Client, schedule: PeriodicTask | None) -> TaskRun:
    assert schedule is not None
    address = reverse("admin:django_celery_beat_periodictask_run_now", args=[schedule.pk])
    save(client, address, {"reason": "Now"})
    return TaskRun.objects.get(schedule=schedule)


def test_whatever_keeps_who_asked_keeps_who_really_did() -> None:
    """A record without a history of its own has no other place for the second name."""
    asked = {"user", "started_by", "requester"}
    kept = {}
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if model.__module__.startswith("apps.") and names & {
            "claimed_by",
            "process",
            "fingerprint",
        }:
            kept |= {(model.__name__, name): f"real_{name}" in names for name in names & asked}
    # A report is made at once, by the request that asks for it.
    names = {field.name for field in ReportRun._meta.concrete_fields}
    kept["ReportRun", "started_by"] = "real_started_by" in names

    assert len(kept) >= 6
    assert all(kept.values()), kept
