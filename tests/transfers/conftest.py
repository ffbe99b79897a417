"""What the tests of imports share: the engine's door, the agent's browser, an organization."""

from pathlib import Path

import pytest

from apps.organizations.models import Organization
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import Importer
from tests.transfers.wizard import agent, reference, support

__all__ = ["agent", "reference", "support"]


@pytest.fixture
def importer(tmp_path: Path, db: None) -> Importer:
    return Importer(tmp_path)


@pytest.fixture
def harbor(db: None) -> Organization:
    return OrganizationFactory(name="Harbor Finance", slug="harbor-finance")
