"""Factories of legal holds."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from apps.holds.models import LegalHold
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import OrganizationFactory


class LegalHoldFactory(DjangoModelFactory[LegalHold]):
    class Meta:
        model = LegalHold

    subject_type = "organizations.Organization"
    subject_id: Any = factory.LazyFunction(lambda: OrganizationFactory().pk)
    reason = "Litigation 24-118."
    set_by: Any = factory.SubFactory(StaffFactory)
