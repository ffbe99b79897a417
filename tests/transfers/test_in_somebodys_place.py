"""An import made while impersonating carries both names."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.accounts.models import User
from apps.organizations.models import Membership, Organization
from tests.factories.accounts import StaffFactory, sudo_client
from tests.transfers.wizard import applied_run

pytestmark = pytest.mark.django_db


def test_history_names_who_acted_and_in_whose_place(agent: User, harbor: Organization) -> None:
    lead = StaffFactory()
    lead.user_permissions.set(Permission.objects.all())
    client = sudo_client(lead)
    client.post(
        reverse("admin:accounts_user_impersonate", args=[agent.pk]),
        {"reason": "She is away, ticket 12.", "may_write": "on"},
    )

    run = applied_run(
        client,
        "E-mail,First,Last,Committee,Position\nnew@example.org,New,One,Harbor Finance,member\n",
    )

    assert (run.user, run.real_user) == (agent, lead)
    written = Membership.objects.get(organization=harbor).history.latest()
    change_set = written.change_set
    assert (change_set.actor_id, change_set.real_actor_id) == (agent.pk, lead.pk)
