"""What is imported and exported while impersonating carries both names."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Disclosure, User
from apps.audit.context import audit_context
from apps.organizations.models import Membership, Organization
from apps.transfers.engine.export.driver import advance as advance_export
from apps.transfers.models import ExportRun
from apps.transfers.services import export_stream
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.organizations import MembershipFactory
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
