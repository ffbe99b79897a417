"""What the tests of imports share: the agent's browser, an organization."""

import pytest

from apps.organizations.models import Organization
from tests.factories.organizations import OrganizationFactory
from tests.transfers.wizard import agent, reference, support

__all__ = ["agent", "reference", "support"]


@pytest.fixture
def harbor(db: None) -> Organization:
    return OrganizationFactory(name="Harbor Finance", slug="harbor-finance")
